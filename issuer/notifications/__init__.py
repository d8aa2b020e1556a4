"""What the people behind records, and the organisations that may read them, are told."""
