"""Reading a person's record at the authority that keeps it, as its client."""
