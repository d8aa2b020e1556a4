"""Reading agreed attributes of one person's record in another authority's registry."""
