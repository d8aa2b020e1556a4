"""Documents that a request asks for and the wallet lacks: what people call them, who issues them, and where.

A type is named by the office that issues it, as that office lays its types out below its own address, else by
what the type says of itself, else by the words in its technical name.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from common.adapters.documents import credential_types as known_types
from common.encoding.display import type_name
from common.errors import SelloError
from common.oid4vp.dcql import CredentialQuery
from wallet.credentials.stored_credentials import HeldCard
from wallet.credentials.type_metadata import localized_name
from wallet.issuer_client import issuer_metadata
from wallet.issuer_client.issuer_metadata import display_name

BELOW_AN_ISSUER: Final = "/types/"


@dataclass(frozen=True, slots=True)
class MissingDocument:
    """One document: `held` where a card of that type is there and does not say what is asked for.

    `issuer` is who issues it, and `address` a page about it; each empty where nobody knows.
    """

    name: str
    issuer: str = ""
    address: str = ""
    held: bool = False


def missing_document(query: CredentialQuery, held: Iterable[HeldCard], *, now: datetime) -> MissingDocument:
    """What is lacking to answer one credential query, of which no card is any."""
    types = list(_types(query))
    page = next(filter(_is_url, types), "")
    for card in held:
        if any(set(types) & set(copy.types) for copy in card.copies):
            return MissingDocument(card.title, card.issuer_name, page, held=True)
    for type_ in types:
        found = _named_by_its_issuer(type_, now)
        if found is not None:
            return found
    for type_ in types:
        words = _own_name(type_)
        if words:
            return MissingDocument(words, address=type_)
    shown = types[0] if types else query.id
    return MissingDocument(type_name(shown), address=page)


def _types(query: CredentialQuery) -> Iterator[str]:
    """The types that would do, the most special of each alternative."""
    meta = query.meta
    for alternative in meta.get("type_values", ()):
        yield alternative[-1]
    yield from meta.get("vct_values", ())
    if isinstance(meta.get("doctype_value"), str):
        yield meta["doctype_value"]


def _named_by_its_issuer(type_: str, now: datetime) -> MissingDocument | None:
    identifier, below, _ = type_.rpartition(BELOW_AN_ISSUER)
    if not below or not _is_url(type_):
        return None
    try:
        issuer = issuer_metadata.fetch_issuer_metadata(identifier, now=now)
    except SelloError:
        return None
    mine = [each for each in issuer.configurations.values() if type_ in (each.vct, each.doctype, *each.types)]
    title = next((title for each in mine if (title := display_name(each.display))), "") or _own_name(type_)
    return MissingDocument(title or type_name(type_), display_name(issuer.display), type_)


def _own_name(type_: str) -> str:
    try:
        return localized_name(known_types.named_type(type_).words) if _is_url(type_) else ""
    except SelloError:
        return ""


def _is_url(type_: str) -> bool:
    return type_.startswith(("https://", "http://"))
