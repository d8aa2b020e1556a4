"""From a record's columns to a credential's claims, and the JSON Schema of their type."""
