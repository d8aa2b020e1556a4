"""A provider's word for keys: where they live, and what opens them (OpenID4VCI 1.0 Appendix D)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cryptography import x509

from common.errors import SelloError
from common.keys import PublicKey, Signer, certificate, jwk, jws
from common.oid4vci import attestation
from common.oid4vci.attestation import StatusEndpoint, is_timestamp
from common.oid4vci.errors import InvalidProofError

TYPE: Final = "key-attestation+jwt"


@dataclass(frozen=True, slots=True)
class Resistance:
    """Which attacks a key storage and its users' authentication withstand (D.2); empty says nothing.

    Of a key attestation it is what the provider vouches for, of metadata what an issuer takes.
    """

    key_storage: tuple[str, ...] = ()
    user_authentication: tuple[str, ...] = ()

    def satisfies(self, wanted: "Resistance") -> bool:
        """Whether one of the values that are `wanted` is there, for each kind for which any is."""
        pairs = (
            (self.key_storage, wanted.key_storage),
            (self.user_authentication, wanted.user_authentication),
        )
        return all(not accepted or not set(accepted).isdisjoint(has) for has, accepted in pairs)


@dataclass(frozen=True, slots=True)
class KeyAttestation:
    """Keys for which a provider vouches, how well they are kept, and whether it still stands by that."""

    keys: tuple[PublicKey, ...]
    nonce: str | None
    resistance: Resistance
    standing: StatusEndpoint


def create_key_attestation(
    *,
    keys: Sequence[PublicKey],
    nonce: str | None,
    signer: Signer,
    x5c: Sequence[bytes],
    now: datetime,
    expires: datetime,
    resistance: Resistance,
) -> str:
    """A provider's word for keys of one key storage (D.1)."""
    claims: dict[str, Any] = {
        "iat": int(now.timestamp()),
        "exp": int(expires.timestamp()),
        "attested_keys": [jwk.encode(key) for key in keys],
    }
    lists = {
        "key_storage": list(resistance.key_storage),
        "user_authentication": list(resistance.user_authentication),
    }
    claims |= {name: values for name, values in lists.items() if values}
    if nonce is not None:
        claims["nonce"] = nonce
    return jws.sign({"typ": TYPE, "x5c": certificate.x5c(x5c)}, claims, signer=signer)


def verify_key_attestation(
    compact: str, *, anchors: Sequence[x509.Certificate], with_proof: bool, max_keys: int, now: datetime
) -> KeyAttestation:
    """The keys in an attestation (D.1); whether its nonce is ours, and whether it stands, the caller sees.

    `with_proof` is whether it stands in the header of a key proof, where `exp` is required. Keys must differ.
    """
    try:
        claims = attestation.signed_claims(
            compact, typ=TYPE, anchors=anchors, now=now, error=InvalidProofError
        )
        sources = claims.get("attested_keys")
        if not isinstance(sources, list) or not 0 < len(sources) <= max_keys:
            raise InvalidProofError(f"A key attestation is about one to {max_keys} keys.")
        keys = tuple(jwk.decode(source) for source in sources)
    except InvalidProofError:
        raise
    except SelloError as error:
        raise InvalidProofError("A key attestation does not hold.", detail=error.public) from error
    if len(set(keys)) != len(keys):
        raise InvalidProofError("A key attestation names a key twice.")
    if not is_timestamp(claims.get("iat")):
        raise InvalidProofError("A key attestation does not say when it was made.")
    attestation.check_begun(claims, now=now, error=InvalidProofError)
    if ("exp" in claims or with_proof) and not (
        is_timestamp(claims.get("exp")) and claims["exp"] > now.timestamp()
    ):
        raise InvalidProofError("A key attestation has expired, or does not say when it does.")
    nonce = claims.get("nonce")
    if nonce is not None and not isinstance(nonce, str):
        raise InvalidProofError("The nonce of a key attestation is a text.")
    return KeyAttestation(
        keys,
        nonce,
        Resistance(
            attestation.texts(claims.get("key_storage")), attestation.texts(claims.get("user_authentication"))
        ),
        attestation.attestation_status(claims, error=InvalidProofError),
    )
