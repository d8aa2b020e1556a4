"""`Sources` of this process: DIDs, issuer keys and contexts through the one door, kept for a named time."""
