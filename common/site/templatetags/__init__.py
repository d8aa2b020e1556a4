"""Template tags and filters of all parties' pages."""
