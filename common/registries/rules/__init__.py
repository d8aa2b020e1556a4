"""Rules and conditions on records, declared as data and decided without side effects."""
