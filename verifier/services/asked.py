"""What a service asks, in words: for its page, before anything is asked."""

import re
from dataclasses import dataclass

from common.oid4vp.dcql import CredentialQuery
from verifier.models import Service


@dataclass(frozen=True, slots=True)
class AskedDocument:
    """One document that would do, and what is read from it."""

    name: str
    claims: tuple[str, ...]


def asked(service: Service) -> tuple[tuple[AskedDocument, ...], ...]:
    """For each thing the person must show, the documents that would do; the same in two formats is one."""
    query = service.dcql()
    return tuple(
        tuple(
            dict.fromkeys(
                _document(service, query.credential(name)) for option in each.options for name in option
            )
        )
        for each in query.sets()
        if each.required
    )


def _document(service: Service, query: CredentialQuery) -> AskedDocument:
    names = service.parameters.get("documents", {})
    labels = service.parameters.get("claims", {})
    claims = [str(path[-1]) for path in (claim.path for claim in query.claim_options()[0])]
    return AskedDocument(
        name=names.get(query.id, _words(query.id)),
        claims=tuple(labels.get(claim, _words(claim)) for claim in claims),
    )


def _words(name: str) -> str:
    return re.sub(r"[_-]+", " ", name).capitalize()
