"""An issuer known by its did:key, and holders who answer requests as a wallet would."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from common.adapters.documents.sources import resolve_did, sources
from common.did import did_key
from common.formats import FORMATS
from common.formats.base import Binding, Holder, Secured
from common.keys import PrivateKey
from common.oid4vp.matching import candidates
from common.oid4vp.request import RequestReference, parse_authorization_request
from common.oid4vp.request_object import Trust, VerifiedRequest, verify_request
from common.oid4vp.response import OutgoingResponse, create_response
from common.oid4vp.transaction_data import for_credential
from common.vcdm.credential import Credential
from verifier.services.sample import type_url

FORMAT = "dc+sd-jwt"
_ISSUER = PrivateKey("P-256", bytes(31) + b"\x31")
ISSUER = _ISSUER.named(did_key.key_method(_ISSUER.public_key))
ISSUER_DID = did_key.encode(ISSUER.public_key)
IDENTITY = {
    "national_id": "4711-0815",
    "given_name": "Ana Wayra",
    "family_name": "Quispe Ñahui",
    "birth_date": "1990-05-25",
    "address": "Calle Sagárnaga 12",
    "age_over_18": True,
}
FARMER = {
    "farmer_id": "F-0001",
    "parcel_id": "LA-1007",
    "national_id": "4711-0815",
    "given_name": "Ana Wayra",
    "main_crop": "Quinoa",
    "harvest_kg": 9_731_864,
}


def credential(
    name: str,
    claims: Mapping[str, Any],
    *,
    holder: PrivateKey,
    now: datetime,
    issuer: PrivateKey = ISSUER,
    vct: str = "",
) -> Secured:
    """A credential of the sample world's type `name`, by the tests' own issuer."""
    salts = count()
    said = Credential(
        id="urn:uuid:1",
        issuer=did_key.encode(issuer.public_key),
        type=name.capitalize(),
        vct=vct or type_url(name),
        claims=claims,
        valid_from=now - timedelta(days=2),
        valid_until=now + timedelta(days=30),
        disclosable=tuple((claim,) for claim in claims),
    )
    return FORMATS[FORMAT].issue(
        said,
        signer=issuer,
        holder=Holder(holder.public_key, did_key.encode(holder.public_key)),
        sources=sources(),
        now=now,
        salt=lambda: f"salt-{next(salts):016d}",
    )


@dataclass
class Person:
    """A holder with a few credentials, and every chance to cheat: `bend` changes what is presented."""

    key: PrivateKey
    held: list[Secured] = field(default_factory=list)

    def ask(self, client: Client, link: str, *, now: datetime, anchors: Any = ()) -> VerifiedRequest:
        """Fetch the request as a wallet does, and check who sent it."""
        reference = parse_authorization_request(link)
        if reference.request_uri:
            form = urlencode({"wallet_nonce": "w-1"})
            reply = client.post(
                _path(reference), form, content_type="application/x-www-form-urlencoded",
                headers={"accept": "application/oauth-authz-req+jwt"},
            )  # fmt: skip
            assert reply.status_code == 200, reply.content
            assert reply.headers["Content-Type"] == "application/oauth-authz-req+jwt"
            reference = RequestReference(
                reference.client_id, reference.request_uri, "post", reply.content.decode("ascii")
            )
        trust = Trust(resolve=resolve_did, anchors=anchors)
        return verify_request(reference, trust=trust, now=now, wallet_nonce="w-1")

    def answer(
        self,
        verified: VerifiedRequest,
        *,
        now: datetime,
        bend: Callable[[str], str] = lambda presentation: presentation,
        everything: bool = False,
        signed_at: datetime | None = None,
        **binding: Any,
    ) -> OutgoingResponse:
        """What the wallet would post; `binding` replaces nonce, audience or transaction data."""
        request, format_ = verified.request, FORMATS[FORMAT]
        cards = [format_.verify_credential(one, sources=sources(), now=now) for one in self.held]
        presentations = {}
        for name, match in candidates(request.query, cards).default().items():
            secured = self.held[cards.index(match.credential)]
            bound = Binding(
                **{
                    "audience": verified.client_id,
                    "nonce": request.nonce,
                    "transaction_data": for_credential(request.transaction_data, name),
                    **binding,
                }
            )
            presented = format_.present(
                secured,
                disclose=None if everything else match.disclose,
                binding=bound,
                signer=self.key,
                sources=sources(),
                now=signed_at or now,
            )
            assert isinstance(presented, str)
            presentations[name] = [bend(presented)]
        return create_response(request, presentations)

    def answer_anyway(
        self, verified: VerifiedRequest, name: str, paths: list[Any], *, now: datetime
    ) -> OutgoingResponse:
        """The first credential at hand, whether it is what was asked for or not."""
        bound = Binding(
            verified.client_id,
            verified.request.nonce,
            for_credential(verified.request.transaction_data, name),
        )
        presented = FORMATS[FORMAT].present(
            self.held[0], disclose=paths, binding=bound, signer=self.key, sources=sources(), now=now
        )
        return create_response(verified.request, {name: [presented]})


def post(client: Client, outgoing: OutgoingResponse) -> Any:
    """Post an answer to the path it is meant for."""
    path = "/" + outgoing.uri.split("/", 3)[3]
    return client.post(path, outgoing.body.decode(), content_type="application/x-www-form-urlencoded")


def _path(reference: RequestReference) -> str:
    return "/" + reference.request_uri.split("/", 3)[3]
