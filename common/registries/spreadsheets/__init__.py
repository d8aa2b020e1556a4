"""A spreadsheet as records and rejected rows."""
