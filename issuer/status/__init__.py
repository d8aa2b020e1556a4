"""Credential status: one place in a list each, changed with a reason, published as signed lists."""
