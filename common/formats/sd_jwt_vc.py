"""SD-JWT VC (draft-ietf-oauth-sd-jwt-vc), format identifier `dc+sd-jwt`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from common.encoding import jcs, numeric_date, strict_json
from common.errors import MalformedInputError
from common.formats.base import (
    Binding,
    BindingMismatchError,
    Declared,
    ExpiredError,
    Format,
    Holder,
    InvalidCredentialError,
    NotYetValidError,
    Preview,
    Secured,
    Sources,
    VerifiedCredential,
    VerifiedPresentation,
)
from common.formats.query_meta import VctValues
from common.formats.sd_jwt import compact, confirmation, key_binding
from common.formats.sd_jwt.compact import SDJWT
from common.formats.sd_jwt.disclosure import DEFAULT_HASH
from common.formats.sd_jwt.issuance import conceal
from common.formats.sd_jwt.processing import Processed, process
from common.formats.sd_jwt.registered_claims import (
    ALWAYS_SHOWN,
    REGISTERED,
    registered_claims,
    status_in,
    subject_claims,
    types_in,
)
from common.formats.sd_jwt.selection import select_disclosures
from common.formats.traits import Kind, PublishedType, Traits, TypeNames
from common.keys import Signer, certificate, jwk, jws
from common.keys.public_key import JOSE_ALGORITHMS
from common.vcdm.credential import ClaimPath, Credential

FORMAT: Final = "dc+sd-jwt"
DECOYS_TO: Final = 4
TRAITS: Final = Traits(
    identifier=FORMAT,
    query_meta=VctValues(),
    vp_format={"sd-jwt_alg_values": JOSE_ALGORITHMS, "kb-jwt_alg_values": JOSE_ALGORITHMS},
    curve="P-256",
    algorithms=("ES256",),
    status_list="token",
    vouched=True,
    holder_binding="key",
    without_binding=True,
    type_metadata=True,
    selective=True,
)


class SdJwtVc(Format):
    """The `Format` of SD-JWT VC."""

    @property
    def traits(self) -> Traits:
        """Those of SD-JWT VC, which has no suites."""
        return TRAITS

    def issue(
        self,
        credential: Credential,
        *,
        signer: Signer,
        holder: Holder | None,
        sources: Sources,
        now: datetime,
        salt: Callable[[], str],
    ) -> Secured:
        """Secure a credential (RFC 9901 §4, SD-JWT VC §2.2): `credential.disclosable` become Disclosures.

        `iat`, and an `nbf` of the same day, are rounded down to the day, so that credentials of one batch
        are not told apart by the second in which they were made.
        """
        if not REGISTERED.isdisjoint(credential.claims):
            raise MalformedInputError("A claim has the name of a registered JWT claim.")
        claims = strict_json.loads_object(jcs.canonicalize(credential.claims), floats=False)
        payload, disclosures = conceal(claims, credential.disclosable, salt=salt, decoys_to=DECOYS_TO)
        payload |= registered_claims(credential, holder=holder, now=now)
        if disclosures:
            payload["_sd_alg"] = DEFAULT_HASH
        header: dict[str, Any] = {"typ": FORMAT, "kid": signer.key_id}
        if credential.certificates:
            header["x5c"] = certificate.x5c(credential.certificates)
        jwt = jws.sign(header, payload, signer=signer)
        return SDJWT(jwt, tuple(disclosure.encoded for disclosure in disclosures)).serialize()

    def verify_credential(self, secured: Secured, *, sources: Sources, now: datetime) -> VerifiedCredential:
        """Process an SD-JWT VC as a holder does (RFC 9901 §7.2): one with a Key Binding JWT is refused."""
        sd_jwt = compact.parse(secured)
        if sd_jwt.key_binding is not None:
            raise InvalidCredentialError("This is a presentation made for somebody, not a credential.")
        return _verify(sd_jwt, sources=sources, now=now)[0]

    def present(
        self,
        secured: Secured,
        *,
        disclose: Sequence[ClaimPath] | None,
        binding: Binding,
        signer: Signer,
        sources: Sources,
        now: datetime,
    ) -> Secured:
        """An SD-JWT+KB (RFC 9901 §7.2) that shows the claims at `disclose`, whole, and no others."""
        sd_jwt = compact.parse(secured)
        processed = processed_claims(secured)
        if confirmation.holder_key(processed.payload) != signer.public_key:
            raise BindingMismatchError("This credential is bound to another key.")
        if disclose is not None:
            sd_jwt = SDJWT(sd_jwt.jwt, select_disclosures(processed, disclose))
        signed = key_binding.create(
            sd_jwt, binding=binding, signer=signer, hash_algorithm=processed.hash_algorithm, now=now
        )
        return SDJWT(sd_jwt.jwt, sd_jwt.disclosures, signed).serialize()

    def verify_presentation(
        self, presented: Secured, *, binding: Binding, sources: Sources, now: datetime
    ) -> VerifiedPresentation:
        """Verify an SD-JWT+KB (RFC 9901 §7.3); key binding is always required."""
        sd_jwt = compact.parse(presented)
        credential, processed = _verify(sd_jwt, sources=sources, now=now)
        holder = key_binding.verify(
            sd_jwt,
            binding=binding,
            holder_key=credential.holder_key,
            hash_algorithm=processed.hash_algorithm,
            now=now,
        )
        return VerifiedPresentation((credential,), jwk.thumbprint(holder), binding.transaction_data)

    def detect(self, secured: Secured) -> Kind | None:
        """A text with tildes, the last of them before a Key Binding JWT (RFC 9901 §4)."""
        if isinstance(secured, str) and "~" in secured:
            return "credential" if secured.endswith("~") else "presentation"
        return None

    def parse_presentation(self, presented: Secured) -> Declared:
        """An SD-JWT and what its Key Binding JWT says of the request (RFC 9901 §4.3)."""
        sd_jwt = compact.parse(presented)
        claims = jws.parse(sd_jwt.key_binding or "").claims()
        made = numeric_date.read_datetime(claims, "iat")
        audience, nonce = claims.get("aud"), claims.get("nonce")
        if made is None or not isinstance(audience, str) or not isinstance(nonce, str):
            raise MalformedInputError("The holder's signature says not when, for whom or for which request.")
        binding = None if "transaction_data_hashes" in claims else Binding(audience, nonce)
        return Declared((sd_jwt.without_key_binding(),), binding, made)

    def publish(self, names: TypeNames) -> PublishedType:
        """By its `vct` (OpenID4VCI 1.0 §A.3.2)."""
        return PublishedType(vct=names.vct)

    def claim_path(self, name: str, *, names: TypeNames) -> tuple[str, ...]:
        """At the root of the payload."""
        return (name,)

    def preview(
        self, secured: Secured, *, document: Mapping[str, Any], disclose: Sequence[ClaimPath]
    ) -> Preview:
        """The payload with the Disclosures of the claims at `disclose` alone."""
        sd_jwt = compact.parse(secured)
        claims = jws.parse(sd_jwt.jwt).claims()
        chosen = select_disclosures(process(claims, sd_jwt.disclosures), disclose)
        payload = process(claims, chosen).payload
        return Preview(payload, subject_claims(payload))

    def show_without_binding(
        self, secured: Secured, *, disclose: Sequence[ClaimPath] | None, sources: Sources
    ) -> Secured:
        """An SD-JWT without Key Binding JWT that shows the claims at `disclose`, whole, and no others."""
        sd_jwt = compact.parse(secured)
        if disclose is None:
            return sd_jwt.without_key_binding()
        return SDJWT(sd_jwt.jwt, select_disclosures(processed_claims(secured), disclose)).serialize()


def processed_claims(secured: Secured) -> Processed:
    """All claims of an SD-JWT, and which of them are concealed; whoever calls has verified it before."""
    sd_jwt = compact.parse(secured)
    return _process(_claims(jws.parse(sd_jwt.jwt)), sd_jwt.disclosures)


def _verify(sd_jwt: SDJWT, *, sources: Sources, now: datetime) -> tuple[VerifiedCredential, Processed]:
    """RFC 9901 §7.1 with SD-JWT VC §2.4: the issuer's own key, the Disclosures, and at last the times."""
    parsed = jws.parse(sd_jwt.jwt)
    claims = _claims(parsed)
    named = claims.get("iss") or ""
    if not isinstance(named, str):
        raise InvalidCredentialError("This credential names no issuer.")
    method = sources.issuer_key(named, parsed.header)
    issuer = named or method.controller
    jws.verify(parsed, key=method.public_key, typ=FORMAT)
    processed = _process(claims, sd_jwt.disclosures)
    payload = processed.payload
    types = types_in(payload)
    holder_key, status = confirmation.holder_key(payload), status_in(payload)
    begins = numeric_date.read_datetime(payload, "nbf")
    ends = numeric_date.read_datetime(payload, "exp")
    if begins is not None and now < begins:
        raise NotYetValidError("This credential is not valid yet.")
    if ends is not None and ends <= now:
        raise ExpiredError("This credential has expired.")
    subject, identifier = payload.get("sub"), payload.get("jti")
    verified = VerifiedCredential(
        format=FORMAT,
        id=identifier if isinstance(identifier, str) else None,
        issuer=issuer,
        key_id=method.id,
        types=types,
        document=payload,
        claims=subject_claims(payload),
        subject=subject if isinstance(subject, str) else None,
        holder_key=holder_key,
        valid_from=begins,
        valid_until=ends,
        status=status,
        authority_keys=certificate.authority_key_ids(method.certificates),
        certificates=method.certificates,
        disclosed=tuple(place for place, _ in processed.places),
    )
    return verified, processed


def _process(claims: Mapping[str, Any], disclosures: Sequence[str]) -> Processed:
    processed = process(claims, disclosures)
    if any(place[0] in ALWAYS_SHOWN for place, _ in processed.places):
        raise InvalidCredentialError("This credential conceals what must always be shown.")
    return processed


def _claims(parsed: jws.UnverifiedJws) -> dict[str, Any]:
    """The payload; fractions are read here, since SD-JWT signs bytes and nothing is written anew."""
    return strict_json.loads_object(parsed.payload)
