"""The map of the source tree: its rooms, their floors, the rules that hold between them, and the figures."""
