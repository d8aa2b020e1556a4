"""Under which names and keys services ask, and this verifier speaks to organisations."""
