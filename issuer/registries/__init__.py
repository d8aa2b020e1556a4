"""Registries: stored and imported here or connected elsewhere, searched, and read through one interface."""
