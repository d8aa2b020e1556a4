"""Registries: records fetched by key and followed by change, whoever keeps them, and what they hold."""
