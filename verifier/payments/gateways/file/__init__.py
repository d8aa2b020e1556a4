"""The gateway `file`: one file an instruction."""
