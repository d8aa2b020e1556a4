"""Management commands that concern all parties."""
