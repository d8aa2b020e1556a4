"""Credentials in tokens, of both versions of the data model, and what was done to them."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from common.did import did_key
from common.encoding import base64url
from common.errors import FetchError, MalformedInputError, SelloError
from common.formats import FORMATS
from common.formats.base import Binding, BindingMismatchError, ExpiredError, Holder, NotYetValidError
from common.formats.detect import find_format
from common.formats.w3c import envelopes, jose
from common.keys import PrivateKey, jws
from common.rdf.contexts import CREDENTIALS_V1, CREDENTIALS_V2, type_context
from common.vcdm.credential import Credential, StatusReference
from common.verification import declared
from tests.common.formats.fakes import StaticSources, method
from tests.common.formats.sd_jwt.salts import salts
from tests.common.raw_tokens import raw_token
from tests.conftest import NOW, shared

REGISTRY = "did:web:registry.example"
ISSUER = PrivateKey("P-256", bytes(31) + b"\x01", f"{REGISTRY}#p256-1")
VCT = "https://registry.example/types/farmer"
CONTEXT = type_context(
    type_url=VCT, type_name="FarmerCredential", terms={"given_name": None, "district": None}
)
SOURCES = StaticSources({ISSUER.key_id: method(ISSUER.key_id, ISSUER.public_key)}, contexts={VCT: CONTEXT})
LIST = "https://registry.example/status/revocation-1"
FARMER = Credential(
    id="urn:uuid:5b0a4a3e-6a1c-4d0e-9c39-6f2a3f0a8d11",
    issuer=REGISTRY,
    issuer_name="Farmer Registry",
    type="FarmerCredential",
    vct=VCT,
    claims={"given_name": "Ana", "district": "Pisac"},
    valid_from=NOW - timedelta(days=1),
    valid_until=NOW + timedelta(days=365),
    context=(VCT,),
    status=(StatusReference("BitstringStatusListEntry", LIST, 7, "revocation"),),
)
BINDING = Binding("x509_san_dns:clinic.example", "nonce-1")
NAMES = ("vc+jwt", "jwt_vc_json")
ANA = PrivateKey("P-256", bytes(31) + b"\x0a")


def named(key: PrivateKey) -> PrivateKey:
    return key.named(did_key.key_method(key.public_key))


def issue(name: str, holder: PrivateKey | None = ANA, credential: Credential = FARMER) -> str:
    bound = Holder(holder.public_key, did_key.encode(holder.public_key)) if holder else None
    token = FORMATS[name].issue(
        credential, signer=ISSUER, holder=bound, sources=SOURCES, now=NOW, salt=salts()
    )
    assert isinstance(token, str)
    return token


def show(
    name: str, token: str, holder: PrivateKey = ANA, *, binding: Binding = BINDING, now: Any = NOW
) -> str:
    presented = FORMATS[name].present(
        token, disclose=None, binding=binding, signer=named(holder), sources=SOURCES, now=now
    )
    assert isinstance(presented, str)
    return presented


def verify(name: str, token: Any, **more: Any) -> Any:
    return FORMATS[name].verify_credential(token, **{"sources": SOURCES, "now": NOW, **more})


def verify_shown(name: str, presented: Any, **more: Any) -> Any:
    told = {"binding": BINDING, "sources": SOURCES, "now": NOW, **more}
    return FORMATS[name].verify_presentation(presented, **told)


def resigned(token: str, key: PrivateKey, **changes: Any) -> str:
    parsed = jws.parse(token)
    claims = {**parsed.claims(), **changes}
    return jws.sign(parsed.header, {k: v for k, v in claims.items() if v is not None}, signer=key)


@pytest.mark.parametrize("typ", ["application/vc+jwt", "VC+JWT", "application/vc+jwt; charset=utf-8"])
def test_the_type_of_a_token_in_full(typ: str) -> None:
    token = jws.sign({"typ": typ, "kid": ISSUER.key_id}, jws.parse(issue("vc+jwt")).claims(), signer=ISSUER)
    name, format_, kind = find_format(token)
    assert (name, kind) == ("vc+jwt", "credential")
    assert format_.verify_credential(token, sources=SOURCES, now=NOW).issuer == REGISTRY


@pytest.mark.parametrize("name", NAMES)
def test_a_token_shows_what_has_a_proof_of_its_own(name: str) -> None:
    """Beside the token in its envelope; each is verified as what it is."""
    bound = Holder(ANA.public_key, did_key.encode(ANA.public_key))
    with_proof = FORMATS["ldp_vc"].issue(
        FARMER, signer=ISSUER, holder=bound, sources=SOURCES, now=NOW, salt=salts()
    )
    parsed = jws.parse(show(name, issue(name)))
    claims = parsed.claims()
    held = claims.get("vp", claims)
    held["verifiableCredential"] = [*held["verifiableCredential"], with_proof]
    shown = verify_shown(name, jws.sign(parsed.header, claims, signer=ANA))
    assert [credential.format for credential in shown.credentials] == [name, "ldp_vc"]
    held["verifiableCredential"][1]["credentialSubject"]["given_name"] = "Mallory"
    with pytest.raises(SelloError):
        verify_shown(name, jws.sign(parsed.header, claims, signer=ANA))


def test_as_vc_jose_cose_has_it() -> None:
    parsed = jws.parse(issue("vc+jwt"))
    assert parsed.header == {"alg": "ES256", "typ": "vc+jwt", "cty": "vc", "kid": ISSUER.key_id}
    claims = parsed.claims()
    assert claims["@context"] == [CREDENTIALS_V2, VCT]
    assert claims["credentialSubject"]["id"] == did_key.encode(ANA.public_key)
    assert not {"vc", "iss", "exp", "nbf"} & set(claims)


def test_as_peers_of_openid4vc_know_it() -> None:
    parsed = jws.parse(issue("jwt_vc_json"))
    assert parsed.header == {"alg": "ES256", "typ": "JWT", "kid": ISSUER.key_id}
    claims = parsed.claims()
    assert claims["iss"] == claims["vc"]["issuer"] == REGISTRY
    assert claims["sub"] == claims["vc"]["credentialSubject"]["id"] == did_key.encode(ANA.public_key)
    assert claims["jti"] == claims["vc"]["id"] == FARMER.id
    assert (claims["nbf"], claims["exp"]) == (1795176000, 1826798400)
    assert claims["vc"]["@context"] == [CREDENTIALS_V1, VCT]
    assert claims["vc"]["issuanceDate"] == "2026-11-20T12:00:00Z"
    assert claims["vc"]["expirationDate"] == "2027-11-21T12:00:00Z"
    assert not {"validFrom", "validUntil", "name"} & set(claims["vc"])


@pytest.mark.parametrize("name", NAMES)
def test_verified_with_all_that_was_signed(name: str) -> None:
    verified = verify(name, issue(name))
    assert (verified.format, verified.id, verified.issuer) == (name, FARMER.id, REGISTRY)
    assert verified.types == ("https://www.w3.org/2018/credentials#VerifiableCredential", VCT)
    assert verified.claims == FARMER.claims
    assert (verified.subject, verified.holder_key) == (did_key.encode(ANA.public_key), None)
    assert (verified.valid_from, verified.valid_until) == (FARMER.valid_from, FARMER.valid_until)
    assert verified.status == FARMER.status
    assert verify(name, issue(name, holder=None)).subject is None


@pytest.mark.parametrize("name", NAMES)
def test_told_by_its_shape(name: str) -> None:
    token = issue(name)
    assert find_format(token) == (name, FORMATS[name], "credential")
    assert find_format(show(name, token)) == (name, FORMATS[name], "presentation")
    with pytest.raises(MalformedInputError):
        find_format(jws.sign({"typ": "JWT"}, {"iss": REGISTRY}, signer=ISSUER))


@pytest.mark.parametrize("name", NAMES)
def test_shown_for_one_request(name: str) -> None:
    token = issue(name)
    presented = show(name, token)
    verified = verify_shown(name, presented)
    assert verified.holder == did_key.encode(ANA.public_key)
    assert verified.credentials[0].claims == FARMER.claims
    told = jws.parse(presented).claims()
    assert (told["aud"], told["nonce"]) == (BINDING.audience, BINDING.nonce)
    found = declared.parse_declared(presented)
    assert (found.credentials, found.binding, found.made) == ((token,), BINDING, NOW)


def test_a_presentation_as_the_specification_has_it() -> None:
    """The members of OpenID4VP's own example, whose tokens are cut short."""
    example = json.loads(shared("vectors/openid/vp/response/jwt_vc.json").read_text())
    ours = jws.parse(show("jwt_vc_json", issue("jwt_vc_json"))).claims()
    assert set(ours) <= set(example) | {"sub"}
    assert set(ours["vp"]) == set(example["vp"])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "binding",
    [Binding("x509_san_dns:mallory.example", "nonce-1"), Binding("x509_san_dns:clinic.example", "nonce-2")],
)
def test_a_presentation_for_somebody_else(name: str, binding: Binding) -> None:
    with pytest.raises(BindingMismatchError):
        verify_shown(name, show(name, issue(name)), binding=binding)


@pytest.mark.parametrize("name", NAMES)
def test_a_presentation_of_another_time(name: str) -> None:
    presented = show(name, issue(name), now=NOW - timedelta(minutes=6))
    with pytest.raises(BindingMismatchError):
        verify_shown(name, presented)
    with pytest.raises(SelloError):
        verify_shown(name, show(name, issue(name), now=NOW + timedelta(minutes=6)))
    for moment in (None, "now", True):
        with pytest.raises(SelloError):
            verify_shown(name, resigned(show(name, issue(name)), ANA, iat=moment))


@pytest.mark.parametrize("name", NAMES)
def test_somebody_elses_credential(name: str, mallory: PrivateKey) -> None:
    with pytest.raises(BindingMismatchError):
        verify_shown(name, show(name, issue(name), mallory))


@pytest.mark.parametrize("name", NAMES)
def test_a_holder_who_calls_themselves_another(name: str, mallory: PrivateKey) -> None:
    """Mallory signs, and names Ana as the holder."""
    presented = show(name, issue(name), mallory)
    ana = did_key.encode(ANA.public_key)
    changed = {"holder": ana} if name == "vc+jwt" else {"iss": ana}
    with pytest.raises(SelloError):
        verify_shown(name, resigned(presented, mallory, **changed))


@pytest.mark.parametrize("name", NAMES)
def test_a_key_of_somebody_else(name: str, mallory: PrivateKey) -> None:
    with pytest.raises(SelloError):
        verify(name, resigned(issue(name), mallory))
    claims, header = jws.parse(issue(name)).claims(), jws.parse(issue(name)).header
    own = named(mallory)
    with pytest.raises(SelloError):  # the issuer is one, the key another's
        verify(name, jws.sign({**header, "kid": own.key_id}, claims, signer=own))


@pytest.mark.parametrize("name", NAMES)
def test_a_changed_claim(name: str) -> None:
    token = issue(name)
    head, body, signature = token.split(".")
    changed = base64url.encode(base64url.decode(body).replace(b"Pisac", b"Cusco"))
    with pytest.raises(SelloError):
        verify(name, f"{head}.{changed}.{signature}")


@pytest.mark.parametrize("name", NAMES)
def test_validity(name: str) -> None:
    token = issue(name)
    assert FARMER.valid_until is not None
    with pytest.raises(NotYetValidError):
        verify(name, token, now=FARMER.valid_from - timedelta(minutes=2))
    with pytest.raises(ExpiredError):
        verify(name, token, now=FARMER.valid_until + timedelta(minutes=2))


def test_registered_claims_that_contradict_the_document() -> None:
    token = issue("jwt_vc_json")
    for claim, value in (("iss", "did:web:mallory.example"), ("sub", "did:key:z6Mk"), ("jti", "urn:uuid:2")):
        with pytest.raises(SelloError):
            verify("jwt_vc_json", resigned(token, ISSUER, **{claim: value}))


def test_registered_claims_that_only_the_token_has() -> None:
    """As OpenID4VP's own example has it: issuer, subject and time stand outside."""
    inner = {"@context": [CREDENTIALS_V1, VCT], "type": ["VerifiableCredential", "FarmerCredential"]}
    subject = {"given_name": "Ana"}
    ana = did_key.encode(ANA.public_key)
    claims = {"iss": REGISTRY, "nbf": 1795176000, "jti": "urn:uuid:1", "sub": ana}
    told = {**claims, "vc": {**inner, "credentialSubject": subject}}
    token = jws.sign({"typ": "JWT", "kid": ISSUER.key_id}, told, signer=ISSUER)
    verified = verify("jwt_vc_json", token)
    assert (verified.issuer, verified.subject, verified.id) == (REGISTRY, ana, "urn:uuid:1")
    assert verify_shown("jwt_vc_json", show("jwt_vc_json", token)).credentials[0].claims == subject


def test_types_without_a_known_context_stay_as_they_are() -> None:
    token = issue("jwt_vc_json", credential=replace(FARMER, context=("https://elsewhere.example/context",)))
    assert verify("jwt_vc_json", token).types == ("VerifiableCredential", "FarmerCredential")


def test_a_context_that_cannot_be_had_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(self: object, url: str, *, issuer: str) -> Any:
        raise FetchError("Nobody answers.")

    token = issue("jwt_vc_json")
    monkeypatch.setattr(StaticSources, "context", silent)
    with pytest.raises(FetchError):
        verify("jwt_vc_json", token)


@pytest.mark.parametrize("name", NAMES)
def test_transaction_data(name: str) -> None:
    entry = base64url.encode(b'{"type":"payment","credential_ids":["farmer"]}')
    wanted = replace(BINDING, transaction_data=(entry,))
    token = issue(name)
    verified = verify_shown(name, show(name, token, binding=wanted), binding=wanted)
    assert verified.transaction_data == (entry,)
    with pytest.raises(BindingMismatchError):
        verify_shown(name, show(name, token), binding=wanted)
    with pytest.raises(BindingMismatchError):
        verify_shown(name, show(name, token, binding=wanted))


@pytest.mark.parametrize("name", NAMES)
def test_a_credential_is_no_presentation_and_the_other_way_round(name: str) -> None:
    token = issue(name)
    with pytest.raises(SelloError):
        verify_shown(name, token)
    with pytest.raises(SelloError):
        verify(name, show(name, token))
    for other in ({"vc": 1}, "", "a.b.c"):
        with pytest.raises(SelloError):
            verify(name, other)


def test_a_presentation_shows_something_and_not_too_much() -> None:
    token = issue("vc+jwt")
    one = envelopes.envelop(token, kind=envelopes.CREDENTIAL)
    head = {"@context": [CREDENTIALS_V2], "type": ["VerifiablePresentation"]}
    claims = {"aud": BINDING.audience, "nonce": BINDING.nonce, "iat": int(NOW.timestamp())}
    for shown in ({}, {"verifiableCredential": [one] * 21}, {"verifiableCredential": [{"type": "X"}]}):
        presented = jose.sign({**head, **shown}, kind="vp", signer=named(ANA), claims=claims)
        with pytest.raises(SelloError):
            verify_shown("vc+jwt", presented)


@pytest.mark.parametrize("name", NAMES)
def test_shown_without_a_signature_it_is_the_token(name: str) -> None:
    token = issue(name)
    assert FORMATS[name].show_without_binding(token, disclose=[("district",)], sources=SOURCES) == token


@pytest.mark.parametrize("name", NAMES)
def test_members_of_a_document_that_are_null_say_nothing(name: str) -> None:
    parsed = jws.parse(issue(name))
    claims = parsed.claims()
    document = claims.get("vc", claims)
    document |= {"evidence": None, "termsOfUse": None, "credentialSchema": None, "image": {"url": None}}
    document["issuer"] = {"id": REGISTRY, "name": None}
    document["credentialStatus"] = [
        {**entry, "statusSize": None, "statusMessage": None, "statusReference": None}
        for entry in document["credentialStatus"]
    ]
    document["credentialSubject"] |= {"district": None, "parcels": [None, 1.5]}
    found = verify(name, raw_token({**parsed.header, "x5c": None, "jwk": None}, claims, ISSUER))
    assert found.status == FARMER.status
    assert found.claims == {"given_name": "Ana", "district": None, "parcels": [None, 1.5]}


@pytest.mark.parametrize("size", [1, 1.0])
def test_a_status_entry_of_further_types(size: float) -> None:
    parsed = jws.parse(issue("vc+jwt"))
    claims = parsed.claims()
    [entry] = claims["credentialStatus"]
    claims["credentialStatus"] = {**entry, "type": [entry["type"], "Dated"], "statusSize": size}
    assert verify("vc+jwt", raw_token(parsed.header, claims, ISSUER)).status == FARMER.status


@pytest.mark.parametrize("name", NAMES)
def test_a_key_named_within_the_holders_own_did(name: str) -> None:
    parsed = jws.parse(show(name, issue(name)))
    _, mark, fragment = parsed.header["kid"].partition("#")
    shown = raw_token({**parsed.header, "kid": mark + fragment}, parsed.claims(), ANA)
    assert verify_shown(name, shown).holder == did_key.encode(ANA.public_key)
    with pytest.raises(SelloError):
        verify_shown(name, raw_token({**parsed.header, "kid": "#another"}, parsed.claims(), ANA))


@pytest.mark.parametrize("name", NAMES)
def test_the_key_that_signed_is_told(name: str) -> None:
    found = FORMATS[name].verify_credential(issue(name), sources=SOURCES, now=NOW)
    assert (found.key_id, found.issuer, found.format) == (ISSUER.key_id, REGISTRY, name)
