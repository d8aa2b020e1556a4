"""A key store in memory: where a hardware module's would talk to the module."""

from itertools import count
from typing import ClassVar

from common.keys import PrivateKey, Signer
from common.keys.private_key import generate


class MemoryKeys:
    """The `KeyStore` of a process that forgets its keys at its end."""

    KEYS: ClassVar[dict[str, PrivateKey]] = {}
    _numbers: ClassVar = count(1)

    def create(self, curve: str) -> str:
        """Make a key on `curve` and return its name."""
        name = f"memory-{next(self._numbers)}"
        self.KEYS[name] = generate(curve)
        return name

    def signer(self, key: str, *, key_id: str = "") -> Signer:
        """A signer for the key of that name; `KeyError` where there is none."""
        return self.KEYS[key].named(key_id)
