"""Registries by SPDCI: answering partners' searches and subscriptions, and what is sent to them."""
