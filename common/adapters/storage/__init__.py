"""Rows that hold secrets, and tables whose rows keep no order."""
