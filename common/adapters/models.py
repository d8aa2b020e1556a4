"""Django looks for models here; the rows of each adapter stand in its own module."""

from common.adapters.exchange.partners import ExchangeLog, Partner
from common.adapters.storage.key_table import StoredKey

__all__ = ["ExchangeLog", "Partner", "StoredKey"]
