"""What attestations of wallets and of keys have in common: JWTs with x5c, by a provider that is trusted.

Trust comes from the certificate chain alone (HAIP 1.0 §4.3.1, §4.4.1); names in the tokens are claims of
whoever signed them. What a provider took back stands in a Token Status List (Appendix D.1, E).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NoReturn, TypeGuard

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from common.did import Fetch, Fetched, VerificationMethod
from common.errors import MalformedInputError, SelloError
from common.keys import PublicKey, certificate, jws
from common.status.check import determine_status
from common.status.status_list import ListCache
from common.status.token import IssuerKey
from common.trust.certificates import read_x5c, verify_chain
from common.trust.purposes import ATTESTATION
from common.vcdm.credential import StatusReference

ALGORITHMS: Final = ("ES256",)
MAX_LENGTH: Final = 40_000
MAX_SKEW: Final = timedelta(minutes=1)
Refusal = Callable[[str], SelloError]


@dataclass(frozen=True, slots=True)
class StatusEndpoint:
    """Where a provider says whether it still stands by an attestation; no `status`: it says nothing."""

    issuer: str
    status: tuple[StatusReference, ...] = ()


def signed_claims(
    compact: str, *, typ: str, anchors: Sequence[x509.Certificate], now: datetime, error: Refusal
) -> dict[str, Any]:
    """The claims of a token of this type whose chain leads to an anchor."""
    parsed = jws.parse(compact, max_length=MAX_LENGTH)
    if parsed.header["alg"] not in ALGORITHMS:
        raise error("Attestations are signed with ES256.")
    key = _chain_key(parsed.header, anchors=anchors, now=now)
    return jws.verify(parsed, key=key, typ=typ).claims()


def check_begun(claims: Mapping[str, Any], *, now: datetime, error: Refusal) -> None:
    """Raise where `iat` or `nbf` lie in the future."""
    for name in ("iat", "nbf"):
        value = claims.get(name)
        if value is not None and not (is_timestamp(value) and value <= (now + MAX_SKEW).timestamp()):
            raise error(f"The {name} of an attestation lies in the future.")


def attestation_status(claims: Mapping[str, Any], *, error: Refusal) -> StatusEndpoint:
    """Where the status of an attestation stands (Token Status List §6.2).

    A mechanism that is not understood is an error: without it nobody could say whether it still stands.
    """
    issuer, status = claims.get("iss", ""), claims.get("status")
    if status is None:
        return StatusEndpoint(issuer if isinstance(issuer, str) else "")
    entry = status.get("status_list") if isinstance(status, Mapping) else None
    index, uri = (entry.get("idx"), entry.get("uri")) if isinstance(entry, Mapping) else (None, None)
    if type(index) is not int or index < 0 or not isinstance(uri, str) or not isinstance(issuer, str):
        raise error("The status of an attestation is kept in a way that is not understood.")
    return StatusEndpoint(issuer, (StatusReference(kind="TokenStatusList", uri=uri, index=index),))


def check_attestation_status(
    found: StatusEndpoint,
    *,
    anchors: Sequence[x509.Certificate],
    fetch: Fetch,
    lists: ListCache,
    now: datetime,
    error: Refusal,
) -> None:
    """Raise unless the provider stands by its attestation; where nobody can say so, it does not count.

    The list is signed like the attestation itself: with a chain of its own to one of the `anchors`.
    """
    outcome = determine_status(
        found.status,
        issuer=found.issuer,
        fetch=fetch,
        issuer_key=_list_key(anchors, now),
        verify_list=_no_credential,
        lists=lists,
        now=now,
    )
    if outcome.status == "undetermined":
        raise error("Nobody can say at the moment whether an attestation still stands.")
    if outcome.status != "valid":
        raise error("The provider has taken an attestation back.")


def texts(value: object) -> tuple[str, ...]:
    """The texts in a list."""
    return tuple(entry for entry in value if isinstance(entry, str)) if isinstance(value, list) else ()


def is_timestamp(value: Any) -> TypeGuard[float]:
    """Whether it is a number of JSON."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _chain_key(header: Mapping[str, Any], *, anchors: Sequence[x509.Certificate], now: datetime) -> PublicKey:
    """The key of a chain that leads to an anchor, which does not stand in it itself (HAIP 1.0)."""
    chain = read_x5c(header.get("x5c"))
    if {anchor.public_bytes(Encoding.DER) for anchor in anchors} & set(chain):
        raise MalformedInputError("The trust anchor does not belong into x5c.")
    return certificate.public_key(verify_chain(chain, anchors=anchors, purpose=ATTESTATION, now=now))


def _list_key(anchors: Sequence[x509.Certificate], now: datetime) -> IssuerKey:
    def find(issuer: str, header: Mapping[str, Any]) -> VerificationMethod:
        key = _chain_key(header, anchors=anchors, now=now)
        return VerificationMethod(f"{issuer}#x5c", issuer, key, frozenset({"assertionMethod"}))

    return find


def _no_credential(fetched: Fetched) -> NoReturn:
    raise MalformedInputError("The status of an attestation stands in a token.")
