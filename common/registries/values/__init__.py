"""What stands in one cell of a table: texts, numbers, dates, and words for nothing."""
