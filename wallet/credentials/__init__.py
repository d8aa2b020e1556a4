"""The credentials that a person holds: how they are stored, what their status is, how they are displayed."""
