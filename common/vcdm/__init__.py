"""The W3C data model 2.0: credentials, presentations, and what makes them valid."""
