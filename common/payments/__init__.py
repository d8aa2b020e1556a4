"""Payments as values: the rules of programmes, and the messages of the rails."""
