"""The verifier: services that ask for documents, and what they unlock."""
