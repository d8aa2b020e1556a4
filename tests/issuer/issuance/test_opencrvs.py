"""OpenCRVS as a registry whose credentials are issued here: who may ask, what is signed, what is kept."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from django.test import Client
from jwcrypto import jwk as jose
from jwcrypto import jws as jose_jws
from pytest_django import Settings

from common.adapters.documents.sources import check_credential_status, sources
from common.formats import FORMATS
from common.formats.sd_jwt_vc import processed_claims
from common.keys import PrivateKey, jws
from issuer.configurations.types import create_configuration, find_configuration
from issuer.issuance import supplied_claims
from issuer.issuance.credential import CredentialContent
from issuer.issuance.offers import CreatedOffer
from issuer.models import Authority, IssuedCredential, Session, Supplied
from issuer.status.change import set_status
from tests.common.registries.opencrvs.test_records import OFFER, SIGN
from tests.issuer.protocol import TinyWallet, make_farmers
from tests.tampering import flip

pytestmark = pytest.mark.django_db
ISSUE, SIGN_URL = "/openid4vc/sdjwt/issue", "/raw/jwt/sign"
TOKEN = "an operator's token"


@pytest.fixture(autouse=True)
def authority(settings: Settings) -> Authority:
    settings.VC_API_TOKEN, settings.VC_API_OPEN, settings.OPENCRVS_KEY_FILE = TOKEN, False, ""
    registry = make_farmers("civil-registry", name="births").registry
    create_configuration(registry, type="BirthCredential", name="crvs_birth_v1")
    return registry.authority


def post(url: str, body: Any, token: str = TOKEN) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return Client().post(url, json.dumps(body), "application/json", headers=headers)


def offered(authority: Authority, **changes: Any) -> tuple[CreatedOffer, str]:
    response = post(ISSUE, {**OFFER, "issuerDid": authority.did, **changes})
    assert response.status_code == 200, response.content
    assert response["Content-Type"].startswith("text/plain")
    uri = response.content.decode()
    assert uri.startswith("openid-credential-offer://")
    [reference] = parse_qs(urlsplit(uri).query)["credential_offer_uri"]
    document = Client().get(urlsplit(reference).path).json()
    return CreatedOffer(Session.objects.latest("created_at"), uri, "", document, None), uri


def fetched(
    authority: Authority, key: PrivateKey, offer: CreatedOffer
) -> tuple[TinyWallet, str, dict[str, Any]]:
    wallet = TinyWallet(authority, key, Client())
    token = wallet.token(offer).json()["access_token"]
    answer = wallet.request(token, "crvs_birth_v1.dc+sd-jwt", wallet.proof(wallet.nonce()))
    assert answer.status_code == 200, answer.content
    return wallet, token, answer.json()


def test_what_opencrvs_says_reaches_a_wallet(authority: Authority, ana: PrivateKey) -> None:
    offer, uri = offered(authority)
    assert "Ñusta" not in uri
    assert offer.document["credential_configuration_ids"] == ["crvs_birth_v1.dc+sd-jwt"]
    _, _, answer = fetched(authority, ana, offer)
    [credential] = [entry["credential"] for entry in answer["credentials"]]
    payload = jws.parse(credential.split("~")[0]).claims()
    assert payload["parents"] == OFFER["credentialData"]["parents"]
    assert payload["vct"].endswith("/types/crvs_birth_v1")
    assert payload["exp"] - payload["iat"] == 365 * 86_400
    assert "given_name" not in payload
    assert "place_of_birth" not in payload
    row = IssuedCredential.objects.get()
    assert payload["id"] == row.urn
    assert row.record_key == "opencrvs:2026BAB1"
    claims = processed_claims(credential).payload
    assert claims["given_name"] == "Ñusta"
    assert claims["place_of_birth"] == {"name": "Ibombo", "country": "FAR"}
    verified = FORMATS["dc+sd-jwt"].verify_credential(credential, sources=sources(), now=datetime.now(UTC))
    assert verified.issuer == authority.identifier


def test_what_was_fetched_is_forgotten(authority: Authority, ana: PrivateKey) -> None:
    offer, _ = offered(authority)
    assert "usta" not in str(bytes(Supplied.objects.get().sealed))
    wallet, token, answer = fetched(authority, ana, offer)
    assert Supplied.objects.count() == 1  # until the wallet says that it has arrived
    told = {"notification_id": answer["notification_id"], "event": "credential_accepted"}
    assert wallet.notify(token, told).status_code == 204
    assert Supplied.objects.count() == 0


def test_an_offer_that_nobody_took_is_forgotten(authority: Authority) -> None:
    offer, _ = offered(authority)
    late = datetime.now(UTC) + timedelta(days=2)
    other, _ = offered(authority)
    supplied_claims.forget_supplied(other.session)
    supplied_claims.keep_supplied(other.session, CredentialContent({"given_name": "Bruno"}), now=late)
    assert supplied_claims.find_supplied(offer.session) is None
    found = supplied_claims.find_supplied(other.session)
    assert found is not None
    assert found.claims == {"given_name": "Bruno"}


def test_a_configuration_may_be_named_with_its_format(authority: Authority) -> None:
    offer, _ = offered(authority, credentialConfigurationId="crvs_birth_v1.dc+sd-jwt")
    assert offer.document["credential_configuration_ids"] == ["crvs_birth_v1.dc+sd-jwt"]


def test_the_type_has_the_last_word_on_what_is_shown_alone(authority: Authority, ana: PrivateKey) -> None:
    """`crop` is one of the type's claims, `sex` is not."""
    data = {**OFFER["credentialData"], "crop": "quinoa"}
    frame = {"fields": {"crop": {"sd": False}, "sex": {"sd": True}}}
    offer, _ = offered(authority, credentialData=data, selectiveDisclosure=frame)
    _, _, answer = fetched(authority, ana, offer)
    payload = jws.parse(answer["credentials"][0]["credential"].split("~")[0]).claims()
    assert not {"crop", "sex", "given_name"} & set(payload)
    assert "place_of_birth" in payload


def test_what_a_type_always_says_must_be_said(authority: Authority) -> None:
    configuration = find_configuration("crvs_birth_v1")
    configuration.claims[0]["mandatory"] = True
    configuration.save()
    response = post(ISSUE, {**OFFER, "issuerDid": authority.did})
    assert response.status_code == 400
    assert configuration.claims[0]["name"] in response.json()["error_description"]


@pytest.mark.parametrize("name", ["iss", "vct", "cnf", "status", "exp", "_sd"])
def test_registered_claims_are_not_for_the_request(authority: Authority, ana: PrivateKey, name: str) -> None:
    offer, _ = offered(authority, credentialData={"given_name": "Mallory", name: "mine"})
    wallet = TinyWallet(authority, ana, Client())
    token = wallet.token(offer).json()["access_token"]
    answer = wallet.request(token, "crvs_birth_v1.dc+sd-jwt", wallet.proof(wallet.nonce()))
    assert answer.status_code == 400
    assert not IssuedCredential.objects.exists()


def test_another_authoritys_type_is_refused(authority: Authority) -> None:
    make_farmers("farmer-registry", name="farmer")
    response = post(ISSUE, {**OFFER, "issuerDid": authority.did, "credentialConfigurationId": "farmer"})
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("did", ["did:web:mallory.example", "did:key:z6Mk", "civil-registry"])
def test_somebody_elses_name_is_refused(authority: Authority, did: str) -> None:
    for url, body in ((ISSUE, OFFER), (SIGN_URL, SIGN)):
        response = post(url, {**body, "issuerDid": did})
        assert (response.status_code, response.json()["error"]) == (404, "unknown_issuer")


def test_a_paper_credential_is_a_jwt_that_verifies_and_can_be_revoked(
    authority: Authority, site_network: Client
) -> None:
    response = post(SIGN_URL, {**SIGN, "issuerDid": authority.did})
    assert response.status_code == 200, response.content
    token = response.content.decode()
    assert token.count(".") == 2
    claims = jws.parse(token).claims()
    assert (claims["iss"], claims["sub"]) == (authority.did, SIGN["subjectDid"])
    assert claims["exp"] - claims["iat"] == 365 * 86_400
    assert claims["vc"]["credentialSubject"] == SIGN["credentialData"]["credentialSubject"]
    now = datetime.now(UTC)
    verified = FORMATS["jwt_vc_json"].verify_credential(token, sources=sources(), now=now)
    assert verified.issuer == authority.did
    assert check_credential_status(verified, now=now).status == "valid"
    row = IssuedCredential.objects.get()
    assert claims["jti"] == row.urn
    set_status(row, "revoked", reason="The act was annulled", actor="test", now=now)
    assert check_credential_status(verified, now=now).status == "revoked"


def test_no_paper_of_a_suspended_card(authority: Authority, site_network: Client) -> None:
    data = {**SIGN["credentialData"], "type": ["VerifiableCredential", "BirthCredential"]}
    data["credentialSubject"] = {**data["credentialSubject"], "registrationNumber": "2026BRM42"}
    body = {**SIGN, "issuerDid": authority.did, "credentialData": data}
    assert post(SIGN_URL, body).status_code == 200
    row, now = IssuedCredential.objects.get(), datetime.now(UTC)
    assert row.configuration is not None
    assert (row.configuration.name, row.record_key) == ("crvs_birth_v1", "opencrvs:2026BRM42")
    set_status(row, "suspended", reason="Under review", actor="test", now=now)
    assert post(SIGN_URL, body).status_code == 409
    assert IssuedCredential.objects.count() == 1
    set_status(row, "valid", reason="It is right", actor="test", now=now)
    assert post(SIGN_URL, body).status_code == 200


def test_no_paper_of_a_card_suspended_while_it_is_signed(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = {**SIGN["credentialData"], "type": ["VerifiableCredential", "BirthCredential"]}
    body = {**SIGN, "issuerDid": authority.did, "credentialData": data}
    data["credentialSubject"] = {**data["credentialSubject"], "registrationNumber": "2026BRM42"}
    assert post(SIGN_URL, body).status_code == 200
    row, sign = IssuedCredential.objects.get(), jws.sign

    def slowly(*given: Any, **named: Any) -> str:
        set_status(row, "suspended", reason="Under review", actor="test", now=datetime.now(UTC))
        return sign(*given, **named)

    monkeypatch.setattr("issuer.issuance.opencrvs.jws.sign", slowly)
    assert post(SIGN_URL, body).status_code == 409
    assert IssuedCredential.objects.count() == 1


def test_a_paper_of_several_types_is_of_all_their_cards(authority: Authority) -> None:
    """Whichever type is named first: one suspended card keeps all from being signed."""
    registry = find_configuration("crvs_birth_v1").registry
    create_configuration(registry, type="AdoptionCredential", name="adoption")
    subject = {**SIGN["credentialData"]["credentialSubject"], "registrationNumber": "2026BRM42"}

    def signed(*types: str) -> int:
        data = {
            **SIGN["credentialData"],
            "type": [*types, "VerifiableCredential"],
            "credentialSubject": subject,
        }
        found: int = post(SIGN_URL, {**SIGN, "issuerDid": authority.did, "credentialData": data}).status_code
        return found

    for type_ in ("BirthCredential", "AdoptionCredential"):
        assert signed(type_) == 200
        row = IssuedCredential.objects.get(configuration__type=type_)
        set_status(row, "suspended", reason="Under review", actor="test", now=datetime.now(UTC))
        assert signed("BirthCredential", "AdoptionCredential") == 409
        assert signed("AdoptionCredential", "BirthCredential") == 409
        set_status(row, "valid", reason="It is right", actor="test", now=datetime.now(UTC))


@pytest.mark.parametrize("url", [ISSUE, SIGN_URL])
@pytest.mark.parametrize("token", ["", "another", "a.b.c"])
def test_a_stranger_asks_in_vain(authority: Authority, url: str, token: str) -> None:
    body = OFFER if url == ISSUE else SIGN
    response = post(url, {**body, "issuerDid": authority.did}, token=token)
    assert response.status_code == 401
    assert not Session.objects.exists()
    assert not IssuedCredential.objects.exists()


# --- registrars, by their own token ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def auth_service() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def registrars(auth_service: rsa.RSAPrivateKey, settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "opencrvs.pem"
    path.write_bytes(auth_service.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    settings.OPENCRVS_KEY_FILE = str(path)


def registrar(key: rsa.RSAPrivateKey, *scopes: str, **changes: Any) -> str:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    expires = int((datetime.now(UTC) + timedelta(minutes=10)).timestamp())
    claims = {"iss": "opencrvs:auth-service", "sub": "42", "scope": list(scopes), "exp": expires, **changes}
    token = jose_jws.JWS(json.dumps(claims))
    token.add_signature(jose.JWK.from_pem(pem), protected=json.dumps({"alg": "RS256", "typ": "JWT"}))
    found: str = token.serialize(compact=True)
    return found


CUSTOM = "type=record.custom-action&event=birth&customActionTypes=ISSUE_VERIFIABLE_CREDENTIAL"
PRINT = "type=record.print-certified-copies&event=birth"


@pytest.mark.parametrize(
    ("url", "scope", "status"),
    [
        (ISSUE, CUSTOM, 200),
        (ISSUE, "record.custom-action[event=birth]", 200),
        (ISSUE, PRINT, 403),
        (ISSUE, "type=record.read&event=birth", 403),
        (SIGN_URL, PRINT, 200),
        (SIGN_URL, "type=record.read&event=birth", 403),
    ],
)
def test_a_registrar_may_what_opencrvs_lets_them(
    authority: Authority, registrars: None, auth_service: rsa.RSAPrivateKey, url: str, scope: str, status: int
) -> None:
    body = OFFER if url == ISSUE else SIGN
    token = registrar(auth_service, scope)
    assert post(url, {**body, "issuerDid": authority.did}, token=token).status_code == status


@pytest.mark.parametrize(
    "changes",
    [{"exp": 1_700_000_000}, {"exp": None}, {"iss": "mallory"}, {"exp": "tomorrow"}],
)
def test_a_token_of_another_time_or_house_is_refused(
    authority: Authority, registrars: None, auth_service: rsa.RSAPrivateKey, changes: dict[str, Any]
) -> None:
    token = registrar(auth_service, CUSTOM, **changes)
    assert post(ISSUE, {**OFFER, "issuerDid": authority.did}, token=token).status_code == 401


def test_a_token_that_opencrvs_did_not_sign_is_refused(
    authority: Authority, registrars: None, auth_service: rsa.RSAPrivateKey
) -> None:
    mallory = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    good = registrar(auth_service, CUSTOM)
    unsigned = "eyJhbGciOiJub25lIn0." + good.split(".")[1] + "."
    public = auth_service.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    confused = jose_jws.JWS(jws.parse(good).payload)
    octets = jose.JWK(kty="oct", k=jose.base64url_encode(public))
    confused.add_signature(octets, protected=json.dumps({"alg": "HS256"}))
    for token in (registrar(mallory, CUSTOM), unsigned, confused.serialize(compact=True), flip(good)):
        assert post(ISSUE, {**OFFER, "issuerDid": authority.did}, token=token).status_code == 401


def test_the_operators_token_still_counts_beside(authority: Authority, registrars: None) -> None:
    assert post(ISSUE, {**OFFER, "issuerDid": authority.did}).status_code == 200
