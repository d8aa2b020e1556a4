"""SD-JWT VC (draft-ietf-oauth-sd-jwt-vc), format identifier `dc+sd-jwt`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from common.encoding import jcs, numeric_date, strict_json
from common.errors import MalformedInputError
from common.formats.base import (
    Binding,
    BindingMismatchError,
    ExpiredError,
    Holder,
    InvalidCredentialError,
    NotYetValidError,
    Secured,
    Sources,
    VerifiedCredential,
    VerifiedPresentation,
)
from common.formats.sd_jwt import compact, confirmation, key_binding
from common.formats.sd_jwt.compact import SDJWT
from common.formats.sd_jwt.disclosure import DEFAULT_HASH
from common.formats.sd_jwt.issuance import conceal
from common.formats.sd_jwt.processing import Processed, process
from common.formats.sd_jwt.selection import select_disclosures
from common.keys import Signer, certificate, jwk, jws
from common.vcdm.credential import ClaimPath, Credential, StatusReference

FORMAT: Final = "dc+sd-jwt"
DECOYS_TO: Final = 4
DAY: Final = 86_400
# SD-JWT VC §2.2.2.3: these, and all beneath them, are never in a Disclosure.
ALWAYS_SHOWN: Final = frozenset(
    {"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status", "_sd_alg"}
)
REGISTERED: Final = ALWAYS_SHOWN | {"iat", "sub", "jti", "aud"}


class SdJwtVc:
    """The `Format` of SD-JWT VC."""

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
        payload |= _registered(credential, holder=holder, now=now)
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


def processed_claims(secured: Secured) -> Processed:
    """All claims of an SD-JWT, and which of them are concealed; whoever calls has verified it before."""
    sd_jwt = compact.parse(secured)
    return _process(_claims(jws.parse(sd_jwt.jwt)), sd_jwt.disclosures)


def with_disclosed(secured: Secured, disclose: Sequence[ClaimPath] | None) -> str:
    """An SD-JWT without Key Binding JWT that shows the claims at `disclose`, whole, and no others."""
    sd_jwt = compact.parse(secured)
    if disclose is None:
        return sd_jwt.without_key_binding()
    return SDJWT(sd_jwt.jwt, select_disclosures(processed_claims(secured), disclose)).serialize()


def _registered(credential: Credential, *, holder: Holder | None, now: datetime) -> dict[str, Any]:
    """The claims that stay in clear (SD-JWT VC §2.2.2.3)."""
    today = int(now.timestamp()) // DAY * DAY
    begins = int(credential.valid_from.timestamp())
    if today < begins <= now.timestamp():
        begins = today
    registered: dict[str, Any] = {
        "iss": credential.issuer,
        "vct": credential.vct,
        "iat": today,
        "nbf": begins,
    }
    if credential.valid_until is not None:
        registered["exp"] = int(credential.valid_until.timestamp())
    if holder is not None:
        registered["cnf"] = {"jwk": jwk.encode(holder.key)}
    if credential.status:
        registered["status"] = {"status_list": _status_entry(credential.status)}
    return registered


def _status_entry(references: Sequence[StatusReference]) -> dict[str, Any]:
    """The one place in a token list; bitstring lists belong to other formats."""
    entries = [reference for reference in references if reference.kind == "TokenStatusList"]
    if len(entries) != 1:
        raise MalformedInputError("The status of this credential would not stand in one token list.")
    return {"idx": entries[0].index, "uri": entries[0].uri}


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
    types = _types(payload)
    holder_key, status = confirmation.holder_key(payload), _status(payload)
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
        claims={name: value for name, value in payload.items() if name not in REGISTERED},
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


def _types(payload: Mapping[str, Any]) -> tuple[str, ...]:
    """`vct` and `aka_vcts` (SD-JWT VC §2.2.2.1 and §2.2.2.2)."""
    vct, others = payload.get("vct"), payload.get("aka_vcts")
    if not isinstance(vct, str) or not vct:
        raise InvalidCredentialError("This credential names no type.")
    if others is None:
        return (vct,)
    if not isinstance(others, list) or not all(isinstance(name, str) and name for name in others):
        raise InvalidCredentialError("The further types of this credential are not a list of names.")
    if not others or vct in others:
        raise InvalidCredentialError("The further types of this credential are none, or its own once more.")
    return (vct, *others)


def _status(payload: Mapping[str, Any]) -> tuple[StatusReference, ...]:
    """The Token Status List entry (draft-ietf-oauth-status-list §6.2).

    A mechanism that is not understood is an error: without it nobody could say that the credential stands.
    """
    status = payload.get("status")
    if status is None:
        return ()
    entry = status.get("status_list") if isinstance(status, Mapping) else None
    if not isinstance(entry, Mapping):
        raise InvalidCredentialError("This credential's status is kept in a way that is not understood.")
    index, uri = strict_json.whole(entry.get("idx")), entry.get("uri")
    if index is None or index < 0 or not isinstance(uri, str):
        raise InvalidCredentialError("This credential's status entry is malformed.")
    return (StatusReference(kind="TokenStatusList", uri=uri, index=index),)
