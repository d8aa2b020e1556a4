"""Ways in which a payment instruction leaves the house: one dict of parts.

A gateway takes an instruction (`id`, payee, amount, currency, reference, purpose, period) and returns once it
was accepted, or raises. The same `id` a second time must change nothing.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from verifier.gateways import file

GATEWAYS: Final[dict[str, Callable[[Mapping[str, Any]], None]]] = {"file": file.deliver}
