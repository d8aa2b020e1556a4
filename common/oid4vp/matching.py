"""Selecting claims and credentials (OpenID4VP §6.4): the wallet's choice, and the verifier's check of it.

Both ends use one definition of a match, so that a wallet never offers what a verifier would refuse.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from common.formats import FORMATS
from common.keys import PublicKey
from common.oid4vp.claims_path import NoSuchClaimError, same_value, select_claims
from common.oid4vp.dcql import ClaimsQuery, CredentialQuery, DcqlQuery
from common.oid4vp.errors import QueryNotSatisfiedError
from common.vcdm.credential import ClaimPath


class Matchable(Protocol):
    """What a query looks at; `VerifiedCredential` is one.

    `types` are the fully expanded types of a W3C credential, or the `vct` of an SD-JWT VC with those it
    extends; `document` is what claim paths apply to; `authority_keys` are the AuthorityKeyIdentifiers in its
    verified certificate chain, base64url.
    """

    @property
    def format(self) -> str:
        """The OpenID4VP format identifier."""

    @property
    def types(self) -> tuple[str, ...]:
        """Its types, or its one `vct` or doctype."""

    @property
    def document(self) -> Mapping[str, Any]:
        """What the signature covers, by the claims paths of its format."""

    @property
    def holder_key(self) -> PublicKey | None:
        """The key that can show it; None where anybody can."""

    @property
    def subject(self) -> str | None:
        """Whom it is about, where it says so."""

    @property
    def authority_keys(self) -> tuple[str, ...]:
        """Identifiers of the keys behind its issuer, for `trusted_authorities` (OpenID4VP §6.1.1)."""


C = TypeVar("C", bound=Matchable)
# The types that a credential's own extend, where somebody has looked (SD-JWT VC §5.4; OpenID4VP B.3.5).
Ancestors = Callable[[Matchable], Collection[str]]


def no_ancestors(credential: Matchable) -> Collection[str]:
    """Nobody has looked, or the credential's `types` hold them already."""
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


def candidates(query: DcqlQuery, held: Sequence[C], *, ancestors: Ancestors = no_ancestors) -> Candidates[C]:
    """Which of the credentials `held` answer which credential query, and with which claims (§6.4)."""
    return Candidates(
        query=query,
        matches={
            each.id: tuple(
                Match(each, credential, disclose)
                for credential in held
                if (disclose := minimal_disclosure(each, credential, ancestors=ancestors)) is not None
            )
            for each in query.credentials
        },
    )


def minimal_disclosure(
    query: CredentialQuery, credential: Matchable, *, ancestors: Ancestors = no_ancestors
) -> tuple[ClaimPath, ...] | None:
    """The paths of the first satisfied combination of claims (§6.4.1), or None where nothing matches.

    An empty tuple discloses only what is not selectively disclosable.
    """
    if not (_matches_meta(query, credential, ancestors) and _matches_authorities(query, credential)):
        return None
    for option in query.claim_options():
        if all(_has(claim, credential) for claim in option):
            return tuple(dict.fromkeys(claim.path for claim in option))
    return None


def check_counts(query: DcqlQuery, numbers: Mapping[str, int]) -> None:
    """Raise unless as many were presented for each credential query as it allows (§6.1), and for no other.

    Numbers need no signature, and so are looked at before anything is verified.
    """
    for name, number in numbers.items():
        each = next((entry for entry in query.credentials if entry.id == name), None)
        if each is None:
            raise QueryNotSatisfiedError("The answer holds a credential that was not asked for.")
        if not number or (number > 1 and not each.multiple):
            raise QueryNotSatisfiedError("The answer holds another number of credentials than was asked for.")


def check_satisfied(
    query: DcqlQuery,
    presented: Mapping[str, Sequence[Matchable]],
    *,
    ancestors: Ancestors = no_ancestors,
) -> None:
    """Raise unless the verified credentials, by credential query id, answer the query (§8.6).

    Values are compared here again: a wallet is not relied upon to have done so (§14.9).
    """
    check_counts(query, {name: len(credentials) for name, credentials in presented.items()})
    for name, credentials in presented.items():
        each = query.credential(name)
        if any(minimal_disclosure(each, one, ancestors=ancestors) is None for one in credentials):
            raise QueryNotSatisfiedError(
                "A credential in the answer is not the one that was asked for.", detail=name
            )
    for required in query.sets():
        if required.required and not any(set(names) <= set(presented) for names in required.options):
            raise QueryNotSatisfiedError("The answer does not hold every credential that was asked for.")


def requested_claims(
    query: CredentialQuery, credential: Matchable, *, ancestors: Ancestors = no_ancestors
) -> dict[ClaimPath, list[Any]]:
    """What a verifier may go on to use: the values at the paths it asked for, whatever else was shown."""
    paths = minimal_disclosure(query, credential, ancestors=ancestors)
    if paths is None:
        raise QueryNotSatisfiedError(
            "A credential in the answer is not the one that was asked for.", detail=query.id
        )
    return {path: _select(credential, path) for path in paths}


def _matches_meta(query: CredentialQuery, credential: Matchable, ancestors: Ancestors) -> bool:
    if query.format != credential.format:
        return False
    if query.require_cryptographic_holder_binding and not (credential.holder_key or credential.subject):
        return False
    if not query.meta:
        return True
    return FORMATS[query.format].traits.query_meta.matches(
        query.meta, credential.types, ancestors=partial(ancestors, credential)
    )


def _matches_authorities(query: CredentialQuery, credential: Matchable) -> bool:
    """One of the authorities asked for stands in the chain (§6.1.1); no list or federation is known."""
    if not query.trusted_authorities:
        return True
    wanted = {value for each in query.trusted_authorities if each.type == "aki" for value in each.values}
    return not wanted.isdisjoint(credential.authority_keys)


def _select(credential: Matchable, path: ClaimPath) -> list[Any]:
    sets = FORMATS[credential.format].traits.lists_are_sets
    return select_claims(credential.document, path, sets=sets)


def _has(claim: ClaimsQuery, credential: Matchable) -> bool:
    try:
        found = _select(credential, claim.path)
    except NoSuchClaimError:
        return False
    return not claim.values or any(same_value(value, item) for value in claim.values for item in found)
