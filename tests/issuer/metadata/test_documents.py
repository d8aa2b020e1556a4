"""What an authority publishes: metadata that fit their schemas, keys, offers, types in four shapes, lists."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest
from django.test import Client
from pytest_django import Settings

from common.adapters.documents.sources import sources
from common.adapters.network.http import fetch
from common.did import parse_document
from common.errors import FetchError
from common.formats import FORMATS
from common.keys import jwk
from common.oid4vci.authorization_server import parse_server_metadata
from common.oid4vci.metadata import parse_issuer_metadata, well_known_url
from common.oid4vci.offer import CredentialOffer, OfferReference, parse_credential_offer, parse_offer_uri
from common.oid4vci.presentation_proof import SUITE_NAMES
from common.status import token, token_cwt
from issuer.authorities.identity import authority_signer
from issuer.configurations.types import create_configuration
from issuer.issuance.credential_request import issue_directly
from issuer.models import Configuration
from issuer.status.change import set_status
from issuer.status.lists import TOKENS
from tests.client_response import ClientResponse
from tests.conftest import shared
from tests.issuer.protocol import make_farmers, offer_now

pytestmark = pytest.mark.django_db
SLUG = "issuers/farmer-registry"


@pytest.fixture
def farmer(settings: Settings) -> Configuration:
    settings.BASE_URL = "http://localhost:8000"
    return make_farmers()


def get(path: str, **headers: str) -> ClientResponse:
    return Client().get(f"/{path}", headers=headers)


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shared(f"vectors/oidf-schemas/{name}").read_text())
    return found


@pytest.mark.parametrize("name", ["openid-credential-issuer", "oauth-authorization-server"])
def test_metadata_where_drafts_looked_for_them(farmer: Configuration, name: str) -> None:
    appended = get(f"{SLUG}/.well-known/{name}")
    assert appended.json() == get(f".well-known/{name}/{SLUG}").json()
    assert appended.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("accept", ["text/html", "application/jwt;q=0.1, image/png", "nonsense", ""])
@pytest.mark.parametrize(
    "path", [f"{SLUG}/did.json", f".well-known/jwt-vc-issuer/{SLUG}", "1.0/identifiers/x"]
)
def test_any_accept_is_answered(farmer: Configuration, accept: str, path: str) -> None:
    assert get(path, accept=accept).status_code in (200, 400)


def test_issuer_metadata(farmer: Configuration, settings: Settings) -> None:
    settings.WALLET_PROVIDER_CA_FILE = ""
    response = get(f".well-known/openid-credential-issuer/{SLUG}")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    source = response.json()
    found = parse_issuer_metadata(source, issuer=farmer.authority.identifier)
    assert set(found.configurations) == {"farmer.ldp_vc", "farmer.dc+sd-jwt"}
    assert found.batch_size == 10
    for configuration in found.configurations.values():
        assert configuration.binding_methods == ("jwk", "did:key", "did:jwk")
        assert configuration.proof_types == {"jwt": ("ES256", "EdDSA", "Ed25519"), "di_vp": SUITE_NAMES}
    signed = found.configurations["farmer.dc+sd-jwt"]
    assert (signed.vct, signed.signing_algorithms) == (farmer.type_url, ("ES256",))
    assert signed.claims[1].path == ("given_name",)
    linked = found.configurations["farmer.ldp_vc"]
    assert linked.signing_algorithms == ("eddsa-rdfc-2022",)
    assert linked.types == ("VerifiableCredential", "FarmerCredential")
    assert linked.context == ("https://www.w3.org/ns/credentials/v2", farmer.type_url)
    assert linked.claims[1].path == ("credentialSubject", "given_name")
    for name in ("credential_definition", "credential_signing_alg_values_supported"):
        source["credential_configurations_supported"]["farmer.ldp_vc"].pop(name)  # not in the schema
    jsonschema.validate(source, schema("oid4vci/credential_issuer_metadata-1_0.json"))


def test_a_suite_named_after_the_format(farmer: Configuration) -> None:
    create_configuration(
        farmer.registry, type=farmer.type, formats=["ldp_vc:ecdsa-sd-2023", "ldp_vc:ecdsa-jcs-2019"]
    )
    source = get(f".well-known/openid-credential-issuer/{SLUG}").json()
    published = source["credential_configurations_supported"]
    assert {
        name: (entry["format"], entry["credential_signing_alg_values_supported"])
        for name, entry in published.items()
    } == {
        "farmer.ldp_vc:ecdsa-sd-2023": ("ldp_vc", ["ecdsa-sd-2023"]),
        "farmer.ldp_vc:ecdsa-jcs-2019": ("ldp_vc", ["ecdsa-jcs-2019"]),
    }
    assert "<td>Yes</td>" in get(f"{SLUG}/types/farmer", Accept="text/html").content.decode()


def test_server_metadata(farmer: Configuration) -> None:
    source = get(f".well-known/oauth-authorization-server/{SLUG}").json()
    jsonschema.validate(source, schema("rfc8414/oauth_authorization_server_metadata.json"))
    found = parse_server_metadata(source, issuer=farmer.authority.identifier)
    assert found.anonymous_access
    assert found.token_endpoint == f"{farmer.authority.identifier}/token"


def test_well_known_documents_lie_where_path_insertion_leads(farmer: Configuration) -> None:
    for name in ("openid-credential-issuer", "oauth-authorization-server", "jwt-vc-issuer"):
        url = well_known_url(farmer.authority.identifier, name)
        assert fetch(url).body == get(url.removeprefix("http://localhost:8000/")).content


def test_keys(farmer: Configuration) -> None:
    authority = farmer.authority
    found = get(f".well-known/jwt-vc-issuer/{SLUG}").json()
    assert found["issuer"] == authority.identifier
    own = authority_signer(authority, "P-256")
    [key] = found["jwks"]["keys"]
    assert (jwk.decode(key), key["kid"]) == (own.public_key, own.key_id)
    document = parse_document(get(f"{SLUG}/did.json").json(), did=authority.did)
    assert own.key_id in document.methods


def test_an_unknown_authority(farmer: Configuration) -> None:
    for path in ("did.json", "status/token-1", "types/farmer", "offers/x"):
        assert get(f"issuers/nobody/{path}").status_code == 404
    assert get(".well-known/openid-credential-issuer/issuers/nobody").status_code == 404


def test_offer_by_reference(farmer: Configuration) -> None:
    offer = offer_now(farmer)
    reference = parse_offer_uri(offer.uri)
    assert isinstance(reference, OfferReference)
    url = reference.url
    response = get(url.removeprefix("http://localhost:8000/"))
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    assert response.headers["Content-Type"] == "application/json"
    assert response.json() == offer.document
    jsonschema.validate(response.json(), schema("oid4vci/credential_offer-1_0.json"))
    assert parse_credential_offer(response.json()).configuration_ids == ("farmer.ldp_vc", "farmer.dc+sd-jwt")
    assert get(f"{SLUG}/offers/{url[-43:-1]}B").status_code == 404  # a letter that ends no 32 bytes


def test_an_offer_is_gone_once_taken_or_late(farmer: Configuration) -> None:
    for change in ({"state": "token_issued"}, {"expires_at": datetime.now(UTC) - timedelta(seconds=1)}):
        offer = offer_now(farmer)
        type(offer.session).objects.filter(pk=offer.session.pk).update(**change)
        reference = parse_offer_uri(offer.uri)
        assert isinstance(reference, OfferReference)
        url = reference.url
        assert get(url.removeprefix("http://localhost:8000/")).json()["error"] == "invalid_grant"


def test_offer_by_value(farmer: Configuration) -> None:
    offer = offer_now(farmer, by_value=True, formats=["ldp_vc"])
    parsed = parse_offer_uri(offer.uri)
    assert isinstance(parsed, CredentialOffer)
    assert parsed.configuration_ids == ("farmer.ldp_vc",)


@pytest.mark.parametrize(
    ("accept", "content_type", "member"),
    [
        (None, "application/json", "vct"),
        ("*/*", "application/json", "vct"),
        ("*/*", "application/json", "@context"),
        ("application/json", "application/json", "vct"),
        ("application/schema+json", "application/schema+json", "$schema"),
        ("application/ld+json, application/json;q=0.5", "application/ld+json", "@context"),
        ("text/turtle", "application/json", "vct"),
    ],
)
def test_a_type_in_each_shape(
    farmer: Configuration, accept: str | None, content_type: str, member: str
) -> None:
    response = get(f"{SLUG}/types/farmer", **({"Accept": accept} if accept else {}))
    assert response.headers["Content-Type"] == content_type
    assert response.headers["Vary"] == "Accept"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert member in response.json()


def test_a_type_as_a_page(farmer: Configuration) -> None:
    farmer.display = {"name": "<script>alert(1)</script>"}
    farmer.save()
    response = get(f"{SLUG}/types/farmer", Accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert response.headers["Content-Type"].startswith("text/html")
    assert b"<script>alert" not in response.content
    assert b'id="given_name"' in response.content


def test_published_lists(farmer: Configuration) -> None:
    now = datetime.now(UTC)
    for format_ in ("ldp_vc", "dc+sd-jwt"):
        issue_directly(farmer, "F-0001", format_, holder=None, now=now)
    response = get(f"{SLUG}/status/token-1", Accept="application/statuslist+jwt")
    assert response.headers["Content-Type"] == "application/statuslist+jwt"
    found = token.verify(
        response.content.decode(),
        uri=f"{farmer.authority.identifier}/status/token-1",
        issuer=farmer.authority.identifier,
        issuer_key=sources().issuer_key,
        now=now + timedelta(seconds=2),
    )
    assert (found.ttl, len(found.statuses), found.statuses.bits) == (60, 131_072, 2)
    for purpose in ("revocation", "suspension"):
        response = get(f"{SLUG}/status/{purpose}-1", Accept="application/vc")
        assert response.headers["Content-Type"] == "application/vc"
        verified = FORMATS["ldp_vc"].verify_credential(
            json.loads(response.content), sources=sources(), now=now + timedelta(seconds=2)
        )
        assert verified.issuer == farmer.authority.did
        assert verified.document["credentialSubject"]["statusPurpose"] == purpose
    assert get(f"{SLUG}/status/revocation-1").headers["Content-Type"] == "application/vc"
    plain = get(f"{SLUG}/status/revocation-1", Accept="application/json")
    assert plain.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "name", ["revocation-2", "token-2", "bitstring-1", "revocation-01", "x", "-1", "token-²"]
)
def test_lists_that_are_not_there(farmer: Configuration, name: str) -> None:
    issue_directly(farmer, "F-0001", "ldp_vc", holder=None, now=datetime.now(UTC))
    assert get(f"{SLUG}/status/{name}").status_code == 404


def test_a_token_list_as_cwt(farmer: Configuration) -> None:
    issue_directly(farmer, "F-0001", "dc+sd-jwt", holder=None, now=datetime.now(UTC))
    kinds = {name: get(f"{SLUG}/status/token-1", Accept=name) for name in TOKENS}
    assert {name: response.headers["Content-Type"] for name, response in kinds.items()} == {
        name: name for name in TOKENS
    }
    assert len({response.headers["ETag"] for response in kinds.values()}) == 2
    issuer = farmer.authority.identifier
    found = token_cwt.verify(
        kinds[token_cwt.MEDIA_TYPE].content, uri=f"{issuer}/status/token-1", issuer=issuer,
        issuer_key=sources().issuer_key, now=datetime.now(UTC),
    )  # fmt: skip
    assert len(found.statuses) >= 131_072
    for accept in ("*/*", "application/json", "application/statuslist+cwt;q=0.1, application/statuslist+jwt"):
        response = get(f"{SLUG}/status/token-1", Accept=accept)
        assert response.headers["Content-Type"] == token.MEDIA_TYPE


def test_a_list_is_kept_until_it_changes(farmer: Configuration) -> None:
    now = datetime.now(UTC)
    row, _ = issue_directly(farmer, "F-0001", "dc+sd-jwt", holder=None, now=now)
    first = get(f"{SLUG}/status/token-1")
    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert get(f"{SLUG}/status/token-1").content == first.content  # ES256 signs anew otherwise
    unchanged = get(f"{SLUG}/status/token-1", **{"If-None-Match": first.headers["ETag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    set_status(row, "suspended", reason="test", actor="test", now=now)
    changed = get(f"{SLUG}/status/token-1", **{"If-None-Match": first.headers["ETag"]})
    assert (changed.status_code, changed.headers["ETag"] != first.headers["ETag"]) == (200, True)


def test_read_in_process_without_a_site(farmer: Configuration) -> None:
    assert fetch(farmer.type_url, accept="application/ld+json").content_type == "application/ld+json"
    with pytest.raises(FetchError):
        fetch(f"{farmer.authority.identifier}/types/nothing")
