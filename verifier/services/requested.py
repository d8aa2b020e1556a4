"""What a service asks, in words: for its page, before anything is asked."""

from dataclasses import dataclass

from common.encoding.display import humane, type_name
from common.oid4vp.dcql import ClaimsQuery, CredentialQuery
from verifier.models import Service


@dataclass(frozen=True, slots=True)
class RequestedDocument:
    """One document and what is read from it: each of `claims` would do, the preferred first (DCQL §6.4.1)."""

    name: str
    claims: tuple[tuple[str, ...], ...]
    several: bool = False


@dataclass(frozen=True, slots=True)
class RequestedSet:
    """One thing to show: each of `options` would do, and is all of its documents together (DCQL §6.2)."""

    required: bool
    options: tuple[tuple[RequestedDocument, ...], ...]


def requested_sets(service: Service) -> tuple[RequestedSet, ...]:
    """Each thing that is asked for, what must be shown first; the same in two formats is one."""
    query = service.dcql()
    found = [
        RequestedSet(
            each.required,
            tuple(
                dict.fromkeys(
                    tuple(dict.fromkeys(_document(service, query.credential(name)) for name in option))
                    for option in each.options
                )
            ),
        )
        for each in query.sets()
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda each: not each.required))


def _document(service: Service, query: CredentialQuery) -> RequestedDocument:
    names = service.parameters.get("documents", {})
    options = (
        tuple(dict.fromkeys(_claim(service, claim) for claim in each)) for each in query.claim_options()
    )
    return RequestedDocument(
        name=names.get(query.id) or _type(query), claims=tuple(dict.fromkeys(options)), several=query.multiple
    )


def _claim(service: Service, claim: ClaimsQuery) -> str:
    """The service's word for a claim; without one, the last name on its path that is a name."""
    names = [part for part in claim.path if isinstance(part, str)]
    last = names[-1] if names else ""
    return service.parameters.get("claims", {}).get(last) or humane(last) or "Everything"


def _type(query: CredentialQuery) -> str:
    """The words in the name of the type that is asked for."""
    alternatives = query.meta.get("type_values") or [[""]]
    named = query.meta.get("vct_values") or [query.meta.get("doctype_value") or alternatives[0][-1]]
    return type_name(str(named[0])) or humane(query.id)
