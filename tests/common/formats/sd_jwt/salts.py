"""Salts that are the same at every run; fit for tests alone."""

import hashlib
from collections.abc import Callable

from common.encoding import base64url


def salts(seed: str = "salt") -> Callable[[], str]:
    """A `salt()` whose n-th answer is always the same 128 bits."""
    count = iter(range(1_000_000))
    return lambda: base64url.encode(hashlib.sha256(f"{seed}{next(count)}".encode()).digest()[:16])
