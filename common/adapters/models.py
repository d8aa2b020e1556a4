"""Django looks for models here; the rows of each adapter stand in its own module."""

from common.adapters.key_table import StoredKey
from common.adapters.partners import ExchangeLog, Partner

__all__ = ["ExchangeLog", "Partner", "StoredKey"]
