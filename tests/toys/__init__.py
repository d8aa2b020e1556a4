"""A toy part of each kind: added by one line, as docs/extending.md says, and run through the real path."""
