"""Issuing: offers, credential requests, deferred answers, batches, and what a renewal replaces."""
