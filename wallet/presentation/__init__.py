"""Answering an authorization request: who asks, what matches, what leaves (OpenID4VP 1.0)."""
