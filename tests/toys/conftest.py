"""The sample services, and a person with documents for them."""

from tests.verifier.conftest import site, today, wayra

__all__ = ["site", "today", "wayra"]
