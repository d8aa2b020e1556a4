"""Reading agreed attributes of one record: agreements, consents, grants, and the log of each reading."""
