"""Claims in a person's words: a label and a value that can be read aloud."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from common.encoding import display
from common.formats import FORMATS
from common.oid4vp.transaction_data import Payment
from common.vcdm.credential import ClaimPath
from wallet.credentials.stored_credentials import StoredCredential

HIDDEN: Final = frozenset({"id", "type", "@type", "@context"})
MAX_ROWS: Final = 200
_PICTURE: Final = re.compile(r"data:image/(png|jpeg|webp);base64,[A-Za-z0-9+/=\s]+\Z")
_FILES: Final = {"_9j_": "data:image/jpeg;base64,", "iVBORw0KGgo": "data:image/png;base64,"}  # in an mdoc


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One line of a card or a consent screen; `picture` is a data URI of a raster image, or empty."""

    label: str
    value: str
    picture: str = ""


def claim_rows(copy: StoredCredential) -> tuple[ClaimRow, ...]:
    """Every claim of a copy about its subject, in the issuer's order of labels, then as they stand."""
    root = _root(copy)
    found = list(_leaves(copy.claims, root))[:MAX_ROWS]
    order = {label.path: number for number, label in enumerate(copy.labels)}
    found.sort(key=lambda leaf: order.get(_general(leaf[0]), len(order)))
    return tuple(_row(copy, path, value) for path, value in found)


def disclosed_rows(copy: StoredCredential, paths: Sequence[ClaimPath]) -> tuple[ClaimRow, ...]:
    """The lines behind claim paths of a copy's document."""
    leaves = [leaf for path in paths for leaf in _selected(copy.document, path)]
    unique = dict(leaves)
    return tuple(_row(copy, path, value) for path, value in unique.items())[:MAX_ROWS]


def payment_amount(payment: Payment) -> str:
    """What the person signs: USD 60.00, or the most that it may come to."""
    written = display.amount(payment.amount, payment.currency)
    return f"up to {written}" if payment.at_most else written


def _row(copy: StoredCredential, path: ClaimPath, value: Any) -> ClaimRow:
    if FORMATS[copy.format].traits.namespaced and isinstance(value, str):  # its pictures are bytes
        value = _picture(value)
    if isinstance(value, str) and _PICTURE.match(value):
        return ClaimRow(_label(copy, path), "", picture=value)
    return ClaimRow(_label(copy, path), display.value(value))


def _picture(text: str) -> str:
    """The data URI of a picture whose bytes an mdoc holds, here in base64url; any other text as it is."""
    padded = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
    return next((f"{kind}{padded}" for start, kind in _FILES.items() if text.startswith(start)), text)


def _label(copy: StoredCredential, path: ClaimPath) -> str:
    """The issuer's word for a claim or the nearest claim around it, then the technical names below."""
    labels = {label.path: label.text for label in copy.labels}
    general = _general(path)
    for length in range(len(general), 0, -1):
        if general[:length] in labels:
            below = [display.humane(part) for part in general[length:] if isinstance(part, str)]
            return " – ".join([labels[general[:length]], *below])
    namespaced = FORMATS[copy.format].traits.namespaced  # namespaces are no words for people
    start = 1 if namespaced else len(_root(copy))
    names = [part for part in path[start:] or path if isinstance(part, str)]
    return " – ".join(display.humane(name) for name in names[-2:])


def _root(copy: StoredCredential) -> ClaimPath:
    """Where the subject's claims begin in the document: at its root, or at `credentialSubject`."""
    return ("credentialSubject",) if "credentialSubject" in copy.document else ()


def _general(path: ClaimPath) -> ClaimPath:
    """A path with its array positions left open, as metadata describes them."""
    return tuple(None if isinstance(part, int) else part for part in path)


def _leaves(value: Any, path: ClaimPath) -> Iterator[tuple[ClaimPath, Any]]:
    """Each claim that stands for itself: lists of plain values are one, objects are opened."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            if name not in HIDDEN:
                yield from _leaves(item, (*path, name))
    elif isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
        for number, item in enumerate(value):
            yield from _leaves(item, (*path, number))
    else:
        yield path, value


def _selected(document: Any, path: ClaimPath) -> Iterator[tuple[ClaimPath, Any]]:
    """What a DCQL claims path selects (OpenID4VP §7.1.1), with the path of each element."""
    found: list[tuple[ClaimPath, Any]] = [((), document)]
    for part in path:
        found = [
            ((*at, key), item)
            for at, element in found
            for key, item in _children(element)
            if part is None or key == part
        ]
    for at, element in found:
        yield from _leaves(element, at)


def _children(element: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(element, Mapping):
        yield from element.items()
    elif isinstance(element, list):
        yield from enumerate(element)
