"""An office and a service that live in a dict of addresses, behind the one door to the network."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import parse_qs, urlencode, urlsplit

from common.adapters.documents.sources import sources
from common.adapters.network import http
from common.did import did_key
from common.errors import FetchError
from common.formats import FORMATS
from common.formats.base import Binding, Holder, Secured, VerifiedCredential
from common.formats.data_integrity.ldp_vc import LdpVc
from common.keys import PrivateKey, jwk, multikey
from common.oid4vci.key_proof import KeyProof, verify_key_proofs
from common.oid4vci.presentation_proof import verify_presentation_proofs
from common.oid4vp.client_id import ClientId
from common.oid4vp.client_metadata import create_client_metadata
from common.oid4vp.dcql import parse_query
from common.oid4vp.request import ResponseMode, create_link, create_request_object, create_request_parameters
from common.oid4vp.response import open_response, parse_response_form
from common.rdf.contexts import type_context
from common.status import token
from common.status.bits import pack
from common.vcdm.credential import Credential, StatusReference

ORIGIN = "https://office.example"
ISSUER = f"{ORIGIN}/issuers/civil-registry"
DID = "did:web:office.example:issuers:civil-registry"
VCT = f"{ISSUER}/types/Birth"
LIST = f"{ISSUER}/status/1"
CLINIC = "did:web:clinic.example"
PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
CLAIMS = {"given_name": "Ana Wayra", "family_name": "Quispe Ñahui", "birth_date": "1990-05-25"}
Handler = Callable[[Mapping[str, str], bytes], http.HttpReply]


def reply(value: Any, status: int = 200, content_type: str = "application/json") -> http.HttpReply:
    body = value.encode() if isinstance(value, str) else json.dumps(value).encode()
    return http.HttpReply(status, body, {"content-type": content_type})


@dataclass
class Network:
    """Carries requests to whoever lives at an address; everybody else is unreachable."""

    handlers: dict[tuple[str, str], Handler] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> http.HttpReply:
        self.asked.append((method, url))
        handler = self.handlers.get((method, url.split("?", maxsplit=1)[0]))
        if handler is None:
            raise FetchError("Nobody lives there.", detail=urlsplit(url).hostname or "")
        return handler(headers, body or b"")


@dataclass
class Office:
    """An issuer of one credential in two formats; a test bends what it wants to see refused."""

    network: Network
    now: datetime
    code: str = "code-1"
    tx_code: str | None = None
    suite: str | None = None  # of ldp_vc, where it is not that of the Ed25519 key
    iss: str = DID
    vct: str = VCT
    holder: Holder | None = None  # instead of who proved a key
    tamper: Callable[[Secured], Secured] = lambda secured: secured
    status: int = token.VALID
    with_status: bool = False
    eddsa: PrivateKey = field(default_factory=lambda: PrivateKey("Ed25519", bytes([1]) * 32, f"{DID}#ed"))
    es256: PrivateKey = field(default_factory=lambda: PrivateKey("P-256", bytes([1]) * 32, f"{DID}#ec"))
    names: Mapping[str, str] = field(
        default_factory=lambda: {"card": "Birth certificate", "office": "Civil Registry"}
    )
    claims: Mapping[str, Any] = field(default_factory=lambda: dict(CLAIMS))
    proof_types: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: {"jwt": ("ES256", "EdDSA")})
    used: bool = False
    failures: int = 0
    notifications: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.network.handlers |= {
            ("GET", f"{ISSUER}/offers/1"): self.offer_by_reference,
            ("GET", f"{ORIGIN}/.well-known/openid-credential-issuer/issuers/civil-registry"): self.metadata,
            ("GET", f"{ORIGIN}/.well-known/oauth-authorization-server/issuers/civil-registry"): self.server,
            ("POST", f"{ISSUER}/token"): self.token,
            ("POST", f"{ISSUER}/nonce"): lambda headers, body: reply({"c_nonce": "nonce-1"}),
            ("POST", f"{ISSUER}/credential"): self.credential,
            ("POST", f"{ISSUER}/notification"): self.notification,
            ("GET", f"{ISSUER}/did.json"): self.did_document,
            ("GET", f"{VCT}/context"): self.context,
            ("GET", LIST): self.status_list,
        }

    @property
    def offer(self) -> dict[str, Any]:
        grant: dict[str, Any] = {"pre-authorized_code": self.code}
        if self.tx_code:
            grant["tx_code"] = {"input_mode": "numeric", "length": len(self.tx_code)}
        return {
            "credential_issuer": ISSUER,
            "credential_configuration_ids": ["birth.ldp_vc", "birth.dc+sd-jwt"],
            "grants": {PRE_AUTHORIZED: grant},
        }

    @property
    def link(self) -> str:
        return f"openid-credential-offer://?credential_offer_uri={ISSUER}/offers/1"

    def offer_by_reference(self, headers: Mapping[str, str], body: bytes) -> http.HttpReply:
        return reply({"error": "gone"}, 404) if self.used else reply(self.offer)

    def metadata(self, headers: Mapping[str, str], body: bytes) -> http.HttpReply:
        def claims(*root: str) -> list[dict[str, Any]]:
            words = {"given_name": "Given names", "family_name": "Family names", "birth_date": "Born on"}
            return [
                {"path": [*root, name], "display": [{"name": text, "locale": "en"}]}
                for name, text in words.items()
            ]

        display = [{"name": "Acta", "locale": "es"}, {"name": self.names["card"], "locale": "en"}]
        common = {
            "cryptographic_binding_methods_supported": ["jwk", "did:key"],
            "proof_types_supported": {
                name: {"proof_signing_alg_values_supported": list(algorithms)}
                for name, algorithms in self.proof_types.items()
            },
        }
        return reply(
            {
                "credential_issuer": ISSUER,
                "credential_endpoint": f"{ISSUER}/credential",
                "nonce_endpoint": f"{ISSUER}/nonce",
                "notification_endpoint": f"{ISSUER}/notification",
                "display": [{"name": self.names["office"]}],
                "credential_configurations_supported": {
                    "birth.ldp_vc": {
                        "format": "ldp_vc",
                        "credential_definition": {
                            "@context": ["https://www.w3.org/ns/credentials/v2", f"{VCT}/context"],
                            "type": ["VerifiableCredential", "Birth"],
                        },
                        "credential_metadata": {"display": display, "claims": claims("credentialSubject")},
                        **common,
                    },
                    "birth.dc+sd-jwt": {
                        "format": "dc+sd-jwt",
                        "vct": VCT,
                        "credential_metadata": {"display": display, "claims": claims()},
                        **common,
                    },
                },
            }
        )

    def server(self, headers: Mapping[str, str], body: bytes) -> http.HttpReply:
        return reply(
            {"issuer": ISSUER, "token_endpoint": f"{ISSUER}/token", "grant_types_supported": [PRE_AUTHORIZED]}
        )

    def token(self, headers: Mapping[str, str], body: bytes) -> http.HttpReply:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if self.used or form["pre-authorized_code"] != self.code or form.get("tx_code") != self.tx_code:
            self.failures += 1
            return reply({"error": "invalid_grant"}, 400)
        self.used = True
        return reply({"access_token": "token-1", "token_type": "Bearer", "expires_in": 300})

    def credential(self, headers: Mapping[str, str], body: bytes) -> http.HttpReply:
        assert headers["Authorization"] == "Bearer token-1"
        asked = json.loads(body)
        (proof,) = self.proven(asked["proofs"])
        kind = asked["credential_configuration_id"].removeprefix("birth.")
        holder = self.holder or Holder(proof.key, proof.did)
        secured = self.tamper(self.issue(kind, holder))
        return reply({"credentials": [{"credential": secured}], "notification_id": f"note-{kind}"})

    def proven(self, proofs: Mapping[str, Any]) -> tuple[KeyProof, ...]:
        ((kind, shown),) = proofs.items()
        assert kind in self.proof_types
        if kind == "di_vp":
            return verify_presentation_proofs(
                shown, audience=ISSUER, check_nonce=lambda nonce: None, sources=sources(), now=self.now
            )
        return verify_key_proofs(shown, audience=ISSUER, check_nonce=lambda nonce: None, now=self.now)

    def issue(self, kind: str, holder: Holder) -> Secured:
        reference = StatusReference("TokenStatusList", LIST, 7)
        credential = Credential(
            id=f"{ISSUER}/credentials/1",
            issuer=self.iss,
            type="Birth",
            vct=self.vct,
            claims=self.claims,
            valid_from=datetime(2026, 1, 1, tzinfo=UTC),
            valid_until=datetime(2126, 1, 1, tzinfo=UTC),
            context=(f"{VCT}/context",),
            status=(reference,) if self.with_status and kind == "dc+sd-jwt" else (),
            disclosable=tuple((name,) for name in self.claims),
        )
        signer = self.eddsa if kind == "ldp_vc" and not self.suite else self.es256
        format_ = LdpVc(self.suite) if kind == "ldp_vc" else FORMATS[kind]
        return format_.issue(
            credential, signer=signer, holder=holder, sources=sources(), now=self.now, salt=lambda: "salt" * 6
        )

    def notification(self, headers: Mapping[str, str], body: bytes) -> http.HttpReply:
        self.notifications.append(json.loads(body))
        return http.HttpReply(204, b"")

    def did_document(self, headers: Mapping[str, str], body: bytes) -> http.HttpReply:
        return reply(
            {
                "@context": ["https://www.w3.org/ns/did/v1"],
                "id": DID,
                "verificationMethod": [
                    {
                        "id": f"{DID}#ed",
                        "type": "Multikey",
                        "controller": DID,
                        "publicKeyMultibase": multikey.encode(self.eddsa.public_key),
                    },
                    {
                        "id": f"{DID}#ec",
                        "type": "JsonWebKey",
                        "controller": DID,
                        "publicKeyJwk": jwk.encode(self.es256.public_key),
                    },
                ],
                "assertionMethod": [f"{DID}#ed", f"{DID}#ec"],
            }
        )

    def context(self, headers: Mapping[str, str], body: bytes) -> http.HttpReply:
        return reply(
            type_context(type_url=VCT, type_name="Birth", terms=dict.fromkeys(CLAIMS)),
            200,
            "application/ld+json",
        )

    def status_list(self, headers: Mapping[str, str], body: bytes) -> http.HttpReply:
        statuses = pack({7: self.status}, length=131_072, bits=2, order="least")
        text = token.create(
            uri=LIST,
            statuses=statuses,
            signer=self.es256,
            now=self.now,
            expires=self.now + timedelta(1),
            ttl=60,
        )
        return reply(text, 200, "application/statuslist+jwt")


def holder_of(key: PrivateKey) -> Holder:
    return Holder(key.public_key, did_key.encode(key.public_key))


@dataclass
class Service:
    """A verifier under a DID of its own; what it was answered is in `answers`."""

    network: Network
    now: datetime
    query: dict[str, Any]
    transaction_data: tuple[str, ...] = ()
    mode: ResponseMode = "direct_post"
    redirect: str = ""
    name: str = "Clinic of the South"
    purpose: str = "To register you as a patient"
    method: Literal["get", "post"] = "get"
    status: int = 200
    key: PrivateKey = field(default_factory=lambda: PrivateKey("P-256", bytes([2]) * 32, f"{CLINIC}#key"))
    secret: PrivateKey = field(default_factory=lambda: PrivateKey("P-256", bytes([3]) * 32))
    answers: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.network.handlers |= {
            ("GET", "https://clinic.example/.well-known/did.json"): self.did_document,
            ("GET", "https://clinic.example/request/1"): self.request_object,
            ("POST", "https://clinic.example/request/1"): self.request_object,
            ("POST", "https://clinic.example/response"): self.response,
        }

    @property
    def client_id(self) -> ClientId:
        return ClientId("decentralized_identifier", CLINIC)

    @property
    def link(self) -> str:
        return create_link(self.client_id, request_uri="https://clinic.example/request/1", method=self.method)

    def parameters(self, client_id: ClientId | None = None) -> dict[str, Any]:
        encrypt_to = self.secret.public_key if self.mode == "direct_post.jwt" else None
        return create_request_parameters(
            client_id=client_id or self.client_id,
            response_uri="https://clinic.example/response",
            response_mode=self.mode,
            nonce="nonce-of-the-clinic",
            state="state-of-the-clinic",
            query=parse_query(self.query),
            client_metadata=create_client_metadata(name=self.name, encrypt_to=encrypt_to, kid="k"),
            transaction_data=self.transaction_data,
            name=self.name,
            purpose=self.purpose,
        )

    def request_object(self, headers: Mapping[str, str], body: bytes) -> http.HttpReply:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        text = create_request_object(
            self.parameters(), signer=self.key, now=self.now, expires=self.now + timedelta(minutes=5),
            wallet_nonce=form.get("wallet_nonce"),
        )  # fmt: skip
        return reply(text, 200, "application/oauth-authz-req+jwt")

    def response(self, headers: Mapping[str, str], body: bytes) -> http.HttpReply:
        self.answers.append({name: values[0] for name, values in parse_qs(body.decode()).items()})
        return reply({"redirect_uri": self.redirect} if self.redirect else {}, self.status)

    def opened(self) -> dict[str, list[Secured]]:
        """The one answer, opened."""
        (form,) = self.answers
        received = open_response(
            parse_response_form(urlencode(form).encode()), state="state-of-the-clinic",
            response_mode=self.mode, key=self.secret if self.mode == "direct_post.jwt" else None,
        )  # fmt: skip
        return {name: list(each) for name, each in received.presentations.items()}

    def verified(
        self, query_id: str, kind: str, *, transaction_data: tuple[str, ...] = ()
    ) -> VerifiedCredential:
        """The one credential shown for a query, once its presentation is seen to be made for this request."""
        (presented,) = self.opened()[query_id]
        binding = Binding(str(self.client_id), "nonce-of-the-clinic", transaction_data)
        shown = FORMATS[kind].verify_presentation(presented, binding=binding, sources=sources(), now=self.now)
        assert shown.transaction_data == transaction_data
        (credential,) = shown.credentials
        return credential

    def did_document(self, headers: Mapping[str, str], body: bytes) -> http.HttpReply:
        method = {
            "id": f"{CLINIC}#key",
            "type": "JsonWebKey",
            "controller": CLINIC,
            "publicKeyJwk": jwk.encode(self.key.public_key),
        }
        return reply({"id": CLINIC, "verificationMethod": [method], "authentication": [method["id"]]})


def sd_query(*names: str, **more: Any) -> dict[str, Any]:
    """A credential query for claims of the birth certificate as SD-JWT."""
    claims = [{"path": [name]} for name in names]
    return {"id": "sd", "format": "dc+sd-jwt", "meta": {"vct_values": [VCT]}, "claims": claims, **more}


def ldp_query(*names: str) -> dict[str, Any]:
    """The same for the format that can only be shown whole."""
    claims = [{"path": ["credentialSubject", name]} for name in names]
    return {"id": "ldp", "format": "ldp_vc", "meta": {"type_values": [[VCT]]}, "claims": claims}
