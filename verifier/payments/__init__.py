"""Money on its way: from a signed presentation to what a gateway confirms."""
