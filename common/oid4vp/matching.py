"""Selecting claims and credentials (OpenID4VP §6.4): the wallet's choice, and the verifier's check of it.

Both ends use one definition of a match, so that a wallet never offers what a verifier would refuse.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from common.keys import PublicKey
from common.oid4vp.claims_path import NoSuchClaim, same_value, select
from common.oid4vp.dcql import ClaimsQuery, CredentialQuery, DcqlQuery
from common.oid4vp.errors import NotSatisfied
from common.vcdm.credential import ClaimPath


class Matchable(Protocol):
    """What a query looks at; `VerifiedCredential` is one.

    `types` are the fully expanded types of a W3C credential, or the `vct` of an SD-JWT VC with those it
    extends; `document` is what claim paths apply to.
    """

    @property
    def format(self) -> str: ...
    @property
    def types(self) -> tuple[str, ...]: ...
    @property
    def document(self) -> Mapping[str, Any]: ...
    @property
    def holder_key(self) -> PublicKey | None: ...
    @property
    def subject(self) -> str | None: ...


C = TypeVar("C", bound=Matchable)
# The authorities behind a credential's issuer, as (type, value) pairs of §6.1.1. Issuers known by their DID
# have none; whoever reads certificates in a credential can tell their `aki`.
Authorities = Callable[[Matchable], Collection[tuple[str, str]]]


def no_authorities(credential: Matchable) -> Collection[tuple[str, str]]:
    """No certificate, trusted list or federation is known to stand behind the issuer."""
    return ()


@dataclass(frozen=True, slots=True)
class Match(Generic[C]):
    """One credential that answers one credential query by disclosing `disclose` and no more."""

    query: CredentialQuery
    credential: C
    disclose: tuple[ClaimPath, ...]


@dataclass(frozen=True, slots=True)
class Candidates(Generic[C]):
    """What a wallet holds that answers a query: matches by credential query id, in the wallet's order."""

    query: DcqlQuery
    matches: Mapping[str, tuple[Match[C], ...]]

    def options(self) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """For each credential set in order, those of its options that can be satisfied."""
        return tuple(
            tuple(names for names in each.options if all(self.matches[name] for name in names))
            for each in self.query.sets()
        )

    def missing(self) -> tuple[str, ...]:
        """The credential queries whose absence leaves a required set unsatisfied."""
        return tuple(
            dict.fromkeys(
                name
                for each, possible in zip(self.query.sets(), self.options(), strict=True)
                if each.required and not possible
                for names in each.options
                for name in names
                if not self.matches[name]
            )
        )

    @property
    def satisfiable(self) -> bool:
        """Whether every required set can be satisfied; if not, nothing may be returned (§6.4.2)."""
        return not self.missing()

    def default(self) -> dict[str, Match[C]]:
        """One match a credential query: the first option of each required set, the first credential."""
        chosen = {
            name: self.matches[name][0]
            for each, possible in zip(self.query.sets(), self.options(), strict=True)
            if each.required and possible
            for name in possible[0]
        }
        return chosen if self.satisfiable else {}


def candidates(
    query: DcqlQuery, held: Sequence[C], *, authorities: Authorities = no_authorities
) -> Candidates[C]:
    """Which of the credentials `held` answer which credential query, and with which claims (§6.4)."""
    return Candidates(
        query=query,
        matches={
            each.id: tuple(
                Match(each, credential, disclose)
                for credential in held
                if (disclose := minimal_disclosure(each, credential, authorities=authorities)) is not None
            )
            for each in query.credentials
        },
    )


def minimal_disclosure(
    query: CredentialQuery, credential: Matchable, *, authorities: Authorities = no_authorities
) -> tuple[ClaimPath, ...] | None:
    """The paths of the first satisfied combination of claims (§6.4.1), or None where nothing matches.

    An empty tuple discloses only what is not selectively disclosable.
    """
    if not _matches_meta(query, credential) or not _matches_authorities(query, authorities(credential)):
        return None
    for option in query.claim_options():
        if all(_has(claim, credential.document) for claim in option):
            return tuple(dict.fromkeys(claim.path for claim in option))
    return None


def check_satisfied(
    query: DcqlQuery,
    presented: Mapping[str, Sequence[Matchable]],
    *,
    authorities: Authorities = no_authorities,
) -> None:
    """Raise unless the verified credentials, by credential query id, answer the query (§8.6).

    Values are compared here again: a wallet is not relied upon to have done so (§14.9).
    """
    for name, credentials in presented.items():
        each = next((entry for entry in query.credentials if entry.id == name), None)
        if each is None:
            raise NotSatisfied("The answer holds a credential that was not asked for.")
        if not credentials or (len(credentials) > 1 and not each.multiple):
            raise NotSatisfied("The answer holds another number of credentials than was asked for.")
        if any(minimal_disclosure(each, one, authorities=authorities) is None for one in credentials):
            raise NotSatisfied("A credential in the answer is not the one that was asked for.", detail=name)
    for required in query.sets():
        if required.required and not any(set(names) <= set(presented) for names in required.options):
            raise NotSatisfied("The answer does not hold every credential that was asked for.")


def requested_claims(query: CredentialQuery, credential: Matchable) -> dict[ClaimPath, list[Any]]:
    """What a verifier may go on to use: the values at the paths it asked for, whatever else was shown."""
    paths = minimal_disclosure(query, credential)
    if paths is None:
        raise NotSatisfied("A credential in the answer is not the one that was asked for.", detail=query.id)
    return {path: select(credential.document, path) for path in paths}


def _matches_meta(query: CredentialQuery, credential: Matchable) -> bool:
    if query.format != credential.format:
        return False
    if query.require_cryptographic_holder_binding and not (credential.holder_key or credential.subject):
        return False
    types = set(credential.types)
    if query.format == "dc+sd-jwt":
        return bool(types & set(query.meta["vct_values"]))
    if query.format == "mso_mdoc":
        return query.meta["doctype_value"] in types
    return any(types >= set(alternative) for alternative in query.meta.get("type_values", ()))


def _matches_authorities(query: CredentialQuery, known: Collection[tuple[str, str]]) -> bool:
    wanted = {(entry.type, value) for entry in query.trusted_authorities for value in entry.values}
    return not wanted or not wanted.isdisjoint(known)


def _has(claim: ClaimsQuery, document: Mapping[str, Any]) -> bool:
    try:
        found = select(document, claim.path)
    except NoSuchClaim:
        return False
    return not claim.values or any(same_value(value, item) for value in claim.values for item in found)
