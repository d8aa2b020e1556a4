"""Management commands of the notices."""
