"""Securing formats: one dict, by OpenID4VCI format identifier."""
