"""Key proofs of the types `jwt` and `attestation` (OpenID4VCI 1.0 Appendix F.1, F.3, F.4)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NoReturn

from cryptography import x509

from common import did
from common.did import did_jwk, did_key
from common.encoding import numeric_date
from common.errors import MalformedInputError, SelloError
from common.keys import PublicKey, Signer, jwk, jws
from common.oid4vci.attestation import StatusEndpoint
from common.oid4vci.errors import InvalidNonceError, InvalidProofError
from common.oid4vci.key_attestation import KeyAttestation, Resistance, verify_key_attestation

TYPE: Final = "openid4vci-proof+jwt"
ALGORITHMS: Final = ("ES256", "EdDSA", "Ed25519")
MAX_AGE: Final = timedelta(minutes=5)
MAX_SKEW: Final = timedelta(minutes=1)
MAX_LENGTH: Final = 60_000  # with an attestation and its certificates

BindingMethod = Literal["jwk", "did:key", "did:jwk"]


@dataclass(frozen=True, slots=True)
class KeyProof:
    """A key that was shown to be somebody's, and the DID under which it was shown: its own, or did:key."""

    key: PublicKey
    did: str


def _nobody_knows(found: StatusEndpoint) -> None:
    if found.status:
        raise InvalidProofError("Nobody here can say whether an attestation still stands.")


@dataclass(frozen=True, slots=True)
class AttestationPolicy:
    """Who may vouch for keys, what they must withstand, and for how many at once.

    `required` is None where keys are taken for which nobody vouches. `check_standing` raises
    `InvalidProofError` unless the provider stands by its word.
    """

    anchors: tuple[x509.Certificate, ...] = ()
    required: Resistance | None = None
    max_keys: int = 1
    check_standing: Callable[[StatusEndpoint], None] = _nobody_knows


NOBODY_VOUCHES: Final = AttestationPolicy()


def create_key_proof(
    *,
    audience: str,
    nonce: str | None,
    signer: Signer,
    now: datetime,
    binding: BindingMethod = "jwk",
    algorithm: str | None = None,
    key_attestation: str | None = None,
) -> str:
    """Prove possession of `signer`'s key to the issuer `audience` (F.1).

    `algorithm` is the name under which the issuer knows the key's own (RFC 9864). `iss` is left out: the
    pre-authorized code flow is anonymous here.
    """
    key = signer.public_key
    header: dict[str, Any] = {"typ": TYPE, "alg": algorithm or key.algorithm}
    if binding == "jwk":
        header["jwk"] = jwk.encode(key)
    elif binding == "did:key":
        header["kid"] = did_key.key_method(key)
    else:
        header["kid"] = f"{did_jwk.encode(key)}#0"
    if key_attestation is not None:
        header["key_attestation"] = key_attestation
    claims: dict[str, Any] = {"aud": audience, "iat": int(now.timestamp())}
    if nonce is not None:
        claims["nonce"] = nonce
    return jws.sign(header, claims, signer=signer)


def verify_key_proofs(
    proofs: Sequence[str],
    *,
    audience: str,
    check_nonce: Callable[[str], None],
    now: datetime,
    policy: AttestationPolicy = NOBODY_VOUCHES,
) -> tuple[KeyProof, ...]:
    """Verify every proof of one request; `check_nonce` raises `InvalidNonceError` and sees each nonce once.

    Keys must differ: each of them is bound to one credential at most (§8.3). Where somebody vouches for keys,
    those of the attestation follow that of the proof (F.1). An attestation is not looked into where nobody
    is trusted to make one.
    """
    verified, nonces, attested = [], dict[str, None](), dict[PublicKey, None]()
    for proof in proofs:
        key_proof, nonce, attestation = _verify(proof, audience=audience, now=now)
        verified.append(key_proof)
        nonces[nonce] = None
        if policy.anchors and attestation is not None:
            found = _attested(attestation, policy, with_proof=True, now=now)
            if key_proof.key not in found.keys:
                raise InvalidProofError("A key proof is by a key for which its attestation does not vouch.")
            nonces[_nonce_of(found)] = None
            attested |= dict.fromkeys(found.keys)
        elif policy.required is not None:
            raise InvalidProofError("A key proof needs an attestation of its key here.")
    shown = {proof.key for proof in verified}
    if len(shown) != len(verified):
        raise InvalidProofError("Two key proofs are for the same key.")
    more = tuple(_plain(key) for key in attested if key not in shown)
    if len(verified) + len(more) > max(policy.max_keys, len(verified)):
        raise InvalidProofError(f"At most {policy.max_keys} keys are taken at once.")
    for nonce in nonces:
        check_nonce(nonce)
    return (*verified, *more)


def verify_attested_keys(
    attestation: str, *, check_nonce: Callable[[str], None], now: datetime, policy: AttestationPolicy
) -> tuple[KeyProof, ...]:
    """The keys of a proof of the type `attestation` (F.3), which are vouched for and not shown."""
    if not policy.anchors:
        raise InvalidProofError("Nobody is trusted to vouch for keys here.")
    found = _attested(attestation, policy, with_proof=False, now=now)
    check_nonce(_nonce_of(found))
    return tuple(_plain(key) for key in found.keys)


def _attested(
    attestation: object, policy: AttestationPolicy, *, with_proof: bool, now: datetime
) -> KeyAttestation:
    if not isinstance(attestation, str):
        raise InvalidProofError("key_attestation must be a JWT.")
    found = verify_key_attestation(
        attestation, anchors=policy.anchors, with_proof=with_proof, max_keys=policy.max_keys, now=now
    )
    if policy.required is not None and not found.resistance.satisfies(policy.required):
        raise InvalidProofError("These keys are not kept as well as is asked for here.")
    policy.check_standing(found.standing)
    return found


def _nonce_of(found: KeyAttestation) -> str:
    if found.nonce is None:
        raise InvalidProofError("A key attestation lacks its nonce.")
    return found.nonce


def _plain(key: PublicKey) -> KeyProof:
    return KeyProof(key, did_key.encode(key))


def _verify(proof: str, *, audience: str, now: datetime) -> tuple[KeyProof, str, object]:
    """One proof as F.4 lists: type, algorithm, key, signature, audience, time; what else it says is returned.

    That is its nonce, and the attestation in its header, into which nobody has looked.

    Required: typ, alg, one of jwk and kid, aud, iat, nonce. Unchecked: iss (nobody is registered here).
    """
    try:
        parsed = jws.parse(proof, max_length=MAX_LENGTH)
        if parsed.header["alg"] not in ALGORITHMS:
            raise InvalidProofError(f"A key proof is signed with {' or '.join(ALGORITHMS)}.")
        key, identifier = _key(parsed.header)
        claims = jws.verify(parsed, key=key, typ=TYPE).claims()
    except InvalidProofError:
        raise
    except SelloError as error:
        raise InvalidProofError("A key proof does not hold.", detail=error.public) from error
    if claims.get("aud") != audience:
        raise InvalidProofError("A key proof is meant for another issuer.")
    _check_times(claims, now=now)
    nonce = claims.get("nonce")
    if nonce is None:
        raise InvalidProofError("A key proof lacks its nonce.")
    if not isinstance(nonce, str):
        raise InvalidNonceError("The nonce is not one of ours.")
    return KeyProof(key, identifier), nonce, parsed.header.get("key_attestation")


def _check_times(claims: Mapping[str, Any], *, now: datetime) -> None:
    """`iat` is required and recent (F.1); `exp` and `nbf` count where they stand (RFC 7519 §4.1)."""
    try:
        issued_at, begins, ends = (
            numeric_date.parse_numeric_date(claims, name) for name in ("iat", "nbf", "exp")
        )
    except MalformedInputError as error:
        raise InvalidProofError("A time in a key proof is none.", detail=error.public) from error
    if issued_at is None:
        raise InvalidProofError("A key proof does not say when it was made.")
    seconds, skew = now.timestamp(), MAX_SKEW.total_seconds()
    if not -skew <= seconds - issued_at <= MAX_AGE.total_seconds():
        raise InvalidProofError("A key proof is too old, or from the future.")
    if begins is not None and begins > seconds + skew:
        raise InvalidProofError("A key proof is not valid yet.")
    if ends is not None and ends <= seconds:
        raise InvalidProofError("A key proof has expired.")


def _key(header: Mapping[str, Any]) -> tuple[PublicKey, str]:
    """The one key that a header names, through `jwk` or `kid`, and its DID."""
    named = [name for name in ("jwk", "kid", "x5c", "trust_chain") if name in header]
    if named == ["jwk"]:
        key = jwk.decode(header["jwk"])
        return key, did_key.encode(key)
    if named != ["kid"]:
        raise InvalidProofError("A key proof names its key by jwk or by kid, and by one of them.")
    url = header["kid"]
    if not isinstance(url, str) or not url.startswith(("did:key:", "did:jwk:")):
        raise InvalidProofError("kid must be the DID URL of a did:key or did:jwk.")
    method = did.verification_method(
        did.key_url(url), purpose="authentication", resolve=lambda name: did.resolve(name, fetch=_no_fetch)
    )
    return method.public_key, method.controller


def _no_fetch(url: str, *, accept: str = "") -> NoReturn:
    raise InvalidProofError("A key proof is checked without asking anybody.")
