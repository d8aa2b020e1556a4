"""Who may issue which type: plain values and the decisions made from them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from common.did import did_web
from common.errors import SelloError

ANY_TYPE: Final = "*"  # an issuer whose word is taken for whatever it attests
NOBODY: Final = "The list of trusted issuers is empty, so nobody is trusted."
# Types that every credential of a data model has; they say nothing about what it attests.
GENERIC: Final = frozenset(
    {"VerifiableCredential", "https://www.w3.org/2018/credentials#VerifiableCredential"}
)


class UntrustedIssuerError(SelloError):
    """An issuer that nobody entrusted with this."""

    code = "untrusted"
    status = 403


class UnknownIssuerError(UntrustedIssuerError):
    """An issuer that is on no list, whatever it issues."""


@dataclass(frozen=True, slots=True)
class TrustListEntry:
    """An issuer (its DID or https URL) and the types that it may issue, as credentials name them or any."""

    issuer: str
    types: frozenset[str]
    name: str = ""


@dataclass(frozen=True, slots=True)
class TrustList:
    """What one party trusts. An empty list trusts nobody, and says so."""

    issuers: tuple[TrustListEntry, ...] = ()
    houses: tuple[str, ...] = ()
    """Addresses below which each authority is trusted for the types that it publishes itself."""

    def require_known(self, issuer: str) -> None:
        """Raise where nothing that this issuer signs would be believed: then nobody is asked for its keys."""
        if not self.issuers and not self.houses:
            raise UnknownIssuerError(NOBODY)
        if issuer not in {entry.issuer for entry in self.issuers} and not any(
            _lives_in(issuer, house) for house in self.houses
        ):
            raise UnknownIssuerError("This issuer is not on the list of trusted issuers.")

    def require_issuer(self, issuer: str, *, types: Collection[str]) -> TrustListEntry:
        """The entry of an issuer that may issue every one of `types`.

        Every one: an issuer trusted for one type cannot lend itself another by naming both.
        """
        if not self.issuers and not self.houses:
            raise UntrustedIssuerError(NOBODY)
        for house in self.houses:
            if _publishes(issuer, house=house, types=frozenset(types) - GENERIC):
                return TrustListEntry(issuer, frozenset(types))
        entries = [entry for entry in self.issuers if entry.issuer == issuer]
        if not entries:
            raise UntrustedIssuerError("This issuer is not on the list of trusted issuers.")
        wanted = frozenset(types) - GENERIC
        if not wanted:
            raise UntrustedIssuerError("This credential does not say what it attests.")
        granted = frozenset().union(*(entry.types for entry in entries))
        if ANY_TYPE not in granted and not wanted <= granted:
            raise UntrustedIssuerError("This issuer is not trusted for this type of credential.")
        return next(entry for entry in entries if entry.types & (wanted | {ANY_TYPE}))


def _publishes(issuer: str, *, house: str, types: frozenset[str]) -> bool:
    """Whether an issuer is an authority of that house, and each of its types an address of its own."""
    own = _address(issuer).partition("://")[2]
    return (
        _lives_in(issuer, house)
        and bool(types)
        and all(name.partition("://")[2].startswith(f"{own}/") for name in types)
    )


def _lives_in(issuer: str, house: str) -> bool:
    """Whether an issuer's address lies below that of a house."""
    scheme, _, own = _address(issuer).partition("://")
    return scheme in ("https", "http") and own.startswith(f"{house.partition('://')[2]}/")


def _address(issuer: str) -> str:
    if issuer.startswith("did:web:"):
        return did_web.document_url(issuer).removesuffix("/did.json")
    return issuer
