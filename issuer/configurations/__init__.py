"""Credential types: their claims and formats, and which records they can be issued for."""
