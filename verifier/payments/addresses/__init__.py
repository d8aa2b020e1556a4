"""To which account an instruction goes."""
