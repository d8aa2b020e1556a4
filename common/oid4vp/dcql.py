"""The Digital Credentials Query Language (OpenID4VP §6): what may be asked, read strictly.

Matching stands apart, in `matching.py`. Unknown properties are ignored (§6), and so are those that are null;
an unknown format, or kind of authority, stays in the query, where it matches nothing, because another option
may still be satisfied.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from common.encoding import strict_json
from common.errors import MalformedInputError
from common.formats import FORMATS
from common.oid4vp.claims_path import NoSuchClaimError, parse_path
from common.oid4vp.errors import InvalidRequestError
from common.vcdm.credential import ClaimPath

ClaimValue = str | int | bool
MAX_ENTRIES: Final = 100  # of any one array; a query beyond it asks to be slow
_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]+\Z")


@dataclass(frozen=True, slots=True)
class ClaimsQuery:
    """One claim that is asked for (§6.3); empty `values` accept any value.

    `intent_to_retain` is said of an mdoc's elements alone (B.2.4); None says nothing.
    """

    path: ClaimPath
    id: str | None = None
    values: tuple[ClaimValue, ...] = ()
    intent_to_retain: bool | None = None


@dataclass(frozen=True, slots=True)
class TrustedAuthorities:
    """Authorities or frameworks one of which should stand behind the issuer (§6.1.1)."""

    type: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CredentialQuery:
    """One credential that is asked for (§6.1); `meta` as in its JSON."""

    id: str
    format: str
    meta: Mapping[str, Any]
    claims: tuple[ClaimsQuery, ...] = ()
    claim_sets: tuple[tuple[str, ...], ...] = ()
    multiple: bool = False
    trusted_authorities: tuple[TrustedAuthorities, ...] = ()
    require_cryptographic_holder_binding: bool = True

    def claim_options(self) -> tuple[tuple[ClaimsQuery, ...], ...]:
        """The combinations of claims that answer, the preferred first (§6.4.1)."""
        if not self.claim_sets:
            return (self.claims,)
        by_id = {claim.id: claim for claim in self.claims}
        return tuple(tuple(by_id[name] for name in names) for names in self.claim_sets)


@dataclass(frozen=True, slots=True)
class CredentialSetQuery:
    """Alternative sets of credential queries, one of which answers (§6.2)."""

    options: tuple[tuple[str, ...], ...]
    required: bool = True


@dataclass(frozen=True, slots=True)
class DcqlQuery:
    """A whole query; `source` is the JSON it was read from, which is what travels."""

    credentials: tuple[CredentialQuery, ...]
    credential_sets: tuple[CredentialSetQuery, ...]
    source: Mapping[str, Any]

    def credential(self, identifier: str) -> CredentialQuery:
        """The credential query of that `id`."""
        for query in self.credentials:
            if query.id == identifier:
                return query
        raise InvalidRequestError("The query does not ask for this credential.")

    def sets(self) -> tuple[CredentialSetQuery, ...]:
        """The sets to satisfy; without `credential_sets` all credentials together are the one (§6.4.2)."""
        if self.credential_sets:
            return self.credential_sets
        return (CredentialSetQuery(options=(tuple(query.id for query in self.credentials),)),)


def parse_query(source: Any) -> DcqlQuery:
    """Read a DCQL query; whatever the specification does not allow is `InvalidRequestError`."""
    if not isinstance(source, Mapping):
        raise InvalidRequestError("A DCQL query is a JSON object.")
    said = strict_json.without_nulls(source)
    credentials = tuple(_credential(entry) for entry in _entries(said, "credentials"))
    identifiers = [query.id for query in credentials]
    _unique("credential", identifiers)
    sets = tuple(_credential_set(entry, identifiers) for entry in _optional_entries(said, "credential_sets"))
    return DcqlQuery(credentials=credentials, credential_sets=sets, source=source)


def _credential(entry: Any) -> CredentialQuery:
    if not isinstance(entry, Mapping):
        raise InvalidRequestError("A credential query is a JSON object.")
    form = entry.get("format")
    if not isinstance(form, str) or not form:
        raise InvalidRequestError("A credential query names its format.")
    claims = tuple(_claim(item, form) for item in _optional_entries(entry, "claims"))
    names = [claim.id for claim in claims if claim.id is not None]
    _unique("claim", names)
    claim_sets = tuple(_names(item, names, "claim") for item in _optional_entries(entry, "claim_sets"))
    if claim_sets and (not claims or len(names) < len(claims)):
        raise InvalidRequestError("claim_sets need claims, each with its id.")
    return CredentialQuery(
        id=_identifier(entry.get("id")),
        format=form,
        meta=_meta(form, entry.get("meta", {})),
        claims=claims,
        claim_sets=claim_sets,
        multiple=_flag(entry, "multiple", default=False),
        trusted_authorities=tuple(
            _authorities(item) for item in _optional_entries(entry, "trusted_authorities")
        ),
        require_cryptographic_holder_binding=_flag(
            entry, "require_cryptographic_holder_binding", default=True
        ),
    )


def _meta(form: str, value: Any) -> Mapping[str, Any]:
    """What the credential itself must be; an empty object, or none, asks for nothing (§6.1)."""
    if not isinstance(value, Mapping):
        raise InvalidRequestError("The meta of a credential query is an object.")
    if value and form in FORMATS:
        try:
            FORMATS[form].traits.query_meta.check(value)
        except MalformedInputError as error:
            raise InvalidRequestError(error.public) from error
    return value


def _claim(entry: Any, form: str) -> ClaimsQuery:
    if not isinstance(entry, Mapping):
        raise InvalidRequestError("A claims query is a JSON object.")
    try:
        path = parse_path(entry.get("path"))
    except NoSuchClaimError as error:
        raise InvalidRequestError(error.public) from error
    values: tuple[Any, ...] = tuple(
        strict_json.whole(value) if isinstance(value, float) else value
        for value in _optional_entries(entry, "values")
    )
    if any(type(value) not in (str, int, bool) for value in values):
        raise InvalidRequestError("The values of a claim are strings, integers or booleans.")
    identifier = _identifier(entry["id"]) if "id" in entry else None
    if form not in FORMATS or not FORMATS[form].traits.namespaced:
        return ClaimsQuery(path=path, id=identifier, values=values)
    if len(path) != 2 or not all(isinstance(part, str) for part in path):  # §7.2
        raise InvalidRequestError("A claims path into an mdoc names a namespace and an element.")
    retain = _flag(entry, "intent_to_retain", default=False) if "intent_to_retain" in entry else None
    return ClaimsQuery(path=path, id=identifier, values=values, intent_to_retain=retain)


def _authorities(entry: Any) -> TrustedAuthorities:
    kind = entry.get("type") if isinstance(entry, Mapping) else None
    if not isinstance(kind, str) or not kind:
        raise InvalidRequestError("Trusted authorities have a type.")
    return TrustedAuthorities(kind, _strings(entry.get("values"), "values"))


def _credential_set(entry: Any, known: list[str]) -> CredentialSetQuery:
    if not isinstance(entry, Mapping):
        raise InvalidRequestError("A credential set query is a JSON object.")
    options = tuple(_names(option, known, "credential") for option in _entries(entry, "options"))
    return CredentialSetQuery(options=options, required=_flag(entry, "required", default=True))


def _names(value: Any, known: list[str], kind: str) -> tuple[str, ...]:
    names = _strings(value, f"{kind} set")
    if not set(names) <= set(known):
        raise InvalidRequestError(f"A set names a {kind} that the query does not hold.")
    return names


def _strings(value: Any, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(v, str) and v for v in value):
        raise InvalidRequestError(f"{name} is a non-empty array of strings.")
    return tuple(value)


def _entries(source: Mapping[str, Any], name: str) -> list[Any]:
    value = source.get(name)
    if not isinstance(value, list) or not 0 < len(value) <= MAX_ENTRIES:
        raise InvalidRequestError(f"{name} is an array of 1 to {MAX_ENTRIES} entries.")
    return value


def _optional_entries(source: Mapping[str, Any], name: str) -> list[Any]:
    return _entries(source, name) if name in source else []


def _identifier(value: Any) -> str:
    if not isinstance(value, str) or not _IDENTIFIER.match(value):
        raise InvalidRequestError("An id consists of letters, digits, underscores and hyphens.")
    return value


def _flag(source: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = source.get(name, default)
    if not isinstance(value, bool):
        raise InvalidRequestError(f"{name} is true or false.")
    return value


def _unique(kind: str, names: Iterable[str]) -> None:
    seen = list(names)
    if len(set(seen)) != len(seen):
        raise InvalidRequestError(f"Two {kind} queries have the same id.")
