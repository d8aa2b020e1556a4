"""What a table's columns hold, told from their headings and cells, and which of them is the key."""
