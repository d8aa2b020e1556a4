"""W3C credentials as JWTs: `vc+jwt` (VC-JOSE-COSE) and OpenID4VC's `jwt_vc_json` (OpenID4VP 1.0 §B.1.3.1).

Peers of OpenID4VC know the latter as tokens of version 1.1, with the document under `vc` or `vp`; that is how
they are made here. Either format reads both kinds of token. Claims cannot be shown one by one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from common.encoding import numeric_date
from common.errors import MalformedInputError
from common.formats.base import (
    Binding,
    BindingMismatchError,
    Declared,
    Format,
    Holder,
    InvalidCredentialError,
    Secured,
    Sources,
    VerifiedCredential,
    VerifiedPresentation,
)
from common.formats.data_integrity import ldp_vc
from common.formats.query_meta import TypeValues
from common.formats.sd_jwt import transaction_data
from common.formats.traits import Kind, PublishedType, Traits, TypeNames
from common.formats.w3c import envelopes, jose, vc_token
from common.formats.w3c.data_model import create_unsecured
from common.keys import Signer, jws
from common.keys.public_key import JOSE_ALGORITHMS
from common.rdf.contexts import CREDENTIALS_V1, CREDENTIALS_V2
from common.vcdm import validation
from common.vcdm.credential import ClaimPath, Credential

JOSE: Final = vc_token.JOSE
OPENID: Final = "jwt_vc_json"
JOSE_PRESENTATION: Final = "vp+jwt"
MAX_AGE: Final = timedelta(minutes=5)  # between signing a presentation and its arrival
MAX_CREDENTIALS: Final = 20
PRESENTATION: Final = ("VerifiablePresentation",)
_WITH_PROOF: Final = ldp_vc.LdpVc()  # a token may show what has a proof of its own


# What peers of OpenID4VP are told; `vc+jwt` has no entry there.
VP_FORMATS: Final[Mapping[str, Mapping[str, Any]]] = {OPENID: {"alg_values": JOSE_ALGORITHMS}}


@dataclass(frozen=True, slots=True)
class VcJwt(Format):
    """The `Format` of credentials in tokens, under the identifier `name`."""

    name: str

    @property
    def traits(self) -> Traits:
        """Those of either kind of token; none has suites."""
        return Traits(
            identifier=self.name,
            query_meta=TypeValues(),
            vp_format=VP_FORMATS.get(self.name),
            curve="P-256",
            algorithms=("ES256",),
            status_list="bitstring",
            without_binding=True,
            data_model=True,
        )

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
        """A token of the issuer, bound to the holder's DID by its subject."""
        document = create_unsecured(credential, holder=holder)
        if self.name == JOSE:
            return jose.sign(document, kind="vc", signer=signer)
        times = {"nbf": int(credential.valid_from.timestamp())}
        if credential.valid_until is not None:
            times["exp"] = int(credential.valid_until.timestamp())
        subject = {"sub": holder.did} if holder else {}
        claims = {
            "iss": credential.issuer,
            "jti": credential.id,
            **subject,
            **times,
            "vc": _version_1(document),
        }
        return jws.sign({"typ": "JWT", "kid": signer.key_id}, claims, signer=signer)

    def verify_credential(self, secured: Secured, *, sources: Sources, now: datetime) -> VerifiedCredential:
        """The credential in a token, once its issuer's signature, its shape and its validity period hold."""
        return vc_token.verify(_text(secured), format_=self.name, sources=sources, now=now)

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
        """A presentation of the whole credential by its subject, for one request (§B.1.3.1.5)."""
        token, holder = _text(secured), signer.key_id.partition("#")[0]
        claims = {
            "aud": binding.audience,
            "nonce": binding.nonce,
            "iat": int(now.timestamp()),
            **transaction_data.hashes(binding.transaction_data),
        }
        if self.name == JOSE:
            shown = [envelopes.envelop(token, kind=envelopes.CREDENTIAL)]
            head = {"@context": [CREDENTIALS_V2], "type": list(PRESENTATION), "holder": holder}
            document = {**head, "verifiableCredential": shown}
            return jose.sign(document, kind="vp", signer=signer, claims=claims)
        document = {"@context": [CREDENTIALS_V1], "type": list(PRESENTATION), "verifiableCredential": [token]}
        told = {"iss": holder, "sub": holder, **claims, "vp": document}
        return jws.sign({"typ": "JWT", "kid": signer.key_id}, told, signer=signer)

    def verify_presentation(
        self, presented: Secured, *, binding: Binding, sources: Sources, now: datetime
    ) -> VerifiedPresentation:
        """The credentials shown, once each holds and their subject signed for this very request, now."""
        token = jose.verify(_text(presented), kind="vp", sources=sources, now=now)
        jose.require_binding(token.claims, audience=binding.audience, nonce=binding.nonce)
        made = numeric_date.parse_numeric_date(token.claims, "iat")
        if made is None or made < (now - MAX_AGE).timestamp():
            raise BindingMismatchError("This presentation was made at another time.")
        transaction_data.verify(token.claims, entries=binding.transaction_data)
        holder = token.method.controller
        credentials = tuple(
            self.verify_credential(one, sources=sources, now=now)
            if isinstance(one, str)
            else _WITH_PROOF.verify_shown(one, sources=sources, now=now)
            for one in credentials_in(token.document)
        )
        if any(credential.subject != holder for credential in credentials):
            raise BindingMismatchError("A credential was shown by somebody else than its holder.")
        return VerifiedPresentation(credentials, holder, binding.transaction_data)

    def detect(self, secured: Secured) -> Kind | None:
        """A token of the data model: by its type, else by what it holds (VC-JOSE-COSE §6.1)."""
        if not isinstance(secured, str) or "~" in secured or secured.count(".") != 2:
            return None
        parsed = jws.parse(secured)
        claims, typ = parsed.claims(), jws.media_type(parsed.header.get("typ"))
        if self.name != (JOSE if typ in (JOSE, JOSE_PRESENTATION) else OPENID):
            return None
        names = claims.get("type")
        types = names if isinstance(names, list) else [names]
        if typ == JOSE_PRESENTATION or "vp" in claims or "VerifiablePresentation" in types:
            return "presentation"
        if typ == JOSE or "vc" in claims or "VerifiableCredential" in types:
            return "credential"
        raise MalformedInputError("This token holds neither a credential nor a presentation.")

    def parse_presentation(self, presented: Secured) -> Declared:
        """A presentation as a JWT, of either version of the data model (VC-JOSE-COSE §3.1.2)."""
        document, claims = jose.read(_text(presented), kind="vp")
        made = numeric_date.read_datetime(claims, "iat")
        audience, nonce = claims.get("aud"), claims.get("nonce")
        if made is None or not isinstance(audience, str) or not isinstance(nonce, str):
            raise MalformedInputError("The holder's token says not when, for whom or for which request.")
        binding = None if "transaction_data_hashes" in claims else Binding(audience, nonce)
        return Declared(credentials_in(document), binding, made)

    def publish(self, names: TypeNames) -> PublishedType:
        """By its types (OpenID4VCI 1.0 §A.1.1.2)."""
        return PublishedType(types=("VerifiableCredential", names.type))

    def show_without_binding(
        self, secured: Secured, *, disclose: Sequence[ClaimPath] | None, sources: Sources
    ) -> Secured:
        """The whole token, as such credentials always are."""
        return secured


def credentials_in(presentation: Mapping[str, Any]) -> tuple[Secured, ...]:
    """The credentials of a presentation whose shape was checked: tokens from their envelopes, or objects."""
    shown = validation.entries(presentation, "verifiableCredential")
    if not 0 < len(shown) <= MAX_CREDENTIALS:
        raise InvalidCredentialError(f"A presentation shows one credential, or up to {MAX_CREDENTIALS}.")
    return tuple(
        one if "proof" in one else envelopes.open_envelope(one, kind=envelopes.CREDENTIAL) for one in shown
    )


def _text(secured: Secured) -> str:
    if not isinstance(secured, str):
        raise MalformedInputError("A credential of this format is a token.")
    return secured


def _version_1(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document of the data model 2.0 in the words of 1.1 (VC Data Model 1.1 §4.2, §4.6)."""
    contexts = [CREDENTIALS_V1, *(one for one in document["@context"] if one != CREDENTIALS_V2)]
    names = {"validFrom": "issuanceDate", "validUntil": "expirationDate"}
    issuer = document["issuer"]
    said = {names.get(name, name): value for name, value in document.items() if name != "name"}
    return {**said, "@context": contexts, "issuer": issuer["id"] if isinstance(issuer, Mapping) else issuer}
