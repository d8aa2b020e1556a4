"""The OpenID Foundation's JSON schemas accept every message of the sample world, as its endpoints send it."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from common.adapters.network import http
from common.keys import jws
from issuer.configurations.types import find_configuration
from issuer.issuance.offers import offer_credential
from issuer.models import Authority, Configuration
from issuer.sample.load import load_samples
from tests.conftest import shared
from verifier.models import Service
from verifier.presentation.requests import create_request
from verifier.services.sample import load_services
from wallet.account import accounts
from wallet.issuance import accept_offer

pytestmark = pytest.mark.skipif(
    set(settings.ROLES) != {"issuer", "wallet", "verifier"}, reason="all three parties are needed"
)
FIRST_RECORDS = {"identity": "P", "birth": "B", "enrolment": "S", "farmer": "F", "disability": "D"}
# Formats of whose parameters the Foundation's schemas know nothing, or all.
UNKNOWN = ("ldp_vc", "jwt_vc_json", "vc+jwt")


@pytest.fixture
def site(db: None, site_network: Client) -> Client:
    load_samples()
    load_services()
    return site_network


def accepts(name: str, document: object) -> None:
    """The schema takes the document, and would not take it with another member in the wrong place."""
    schema = json.loads(shared(f"vectors/oidf-schemas/{name}").read_text())
    validator = jsonschema.validators.validator_for(schema)(schema)
    validator.validate(document)
    assert not validator.is_valid([document]), f"{name} takes anything"


def get(client: Client, path: str) -> Any:
    response = client.get(path, headers={"accept": "application/json"})
    assert response.status_code == 200, path
    return response.json()


def test_metadata_of_every_authority(site: Client) -> None:
    authorities = Authority.objects.values_list("slug", flat=True)
    assert len(authorities) == 5
    for slug in authorities:
        server = get(site, f"/.well-known/oauth-authorization-server/issuers/{slug}")
        accepts("rfc8414/oauth_authorization_server_metadata.json", server)
        metadata = get(site, f"/.well-known/openid-credential-issuer/issuers/{slug}")
        for configuration in metadata["credential_configurations_supported"].values():
            if configuration["format"] in UNKNOWN:
                configuration.pop("credential_definition", None)
                configuration.pop("credential_signing_alg_values_supported", None)
        accepts("oid4vci/credential_issuer_metadata-1_0.json", metadata)


def test_metadata_of_every_type(site: Client) -> None:
    for configuration in Configuration.objects.all():
        document = get(site, urlsplit(configuration.type_url).path)
        assert document["vct"] == configuration.type_url
        accepts("sdjwtvc/type_metadata.json", document)


@pytest.mark.parametrize("options", [{}, {"tx_code": True}, {"by_value": True}])
def test_offers(site: Client, options: Mapping[str, Any]) -> None:
    for name, letter in FIRST_RECORDS.items():
        configuration = find_configuration(name)
        made = offer_credential(configuration, f"{letter}-0001", now=timezone.now(), **options)
        link = {key: value for key, (value,) in parse_qs(urlsplit(made.uri).query).items()}
        document = (
            json.loads(link["credential_offer"])
            if "credential_offer" in link
            else get(site, urlsplit(link["credential_offer_uri"]).path)
        )
        accepts("oid4vci/credential_offer-1_0.json", document)


def test_credential_requests_of_the_wallet(
    site: Client, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    sent: list[Any] = []
    carry = http.transport

    def listen(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> http.HttpReply:
        if url.endswith("/credential"):
            sent.append(json.loads(body or b""))
        return carry(method, url, headers, body)

    monkeypatch.setattr(http, "transport", listen)
    now = timezone.now()
    made = offer_credential(find_configuration("farmer"), "F-0001", now=now)
    settings.WALLET_PASSPHRASE_COST = "minimal"
    vault = accounts.create_wallet_account("Ana", "correct horse battery staple")
    accept_offer.accept(vault, accept_offer.receive_offer(vault, made.uri, now=now), tx_code=None, now=now)
    assert len(sent) >= 2
    for request in sent:
        accepts("oid4vci/credential_request-1_0.json", request)


@pytest.mark.parametrize("mode", ["direct_post", "direct_post.jwt"])
def test_requests_of_every_service(site: Client, mode: str) -> None:
    for service in Service.objects.all():
        made = create_request(service, response_mode=mode, same_device=False, now=timezone.now())
        uri = parse_qs(urlsplit(made.request_uri).query)["request_uri"][0]
        claims = jws.parse(site.get(urlsplit(uri).path).content.decode()).claims()
        accepts("oid4vp/verifier_info.json", {"verifier_info": claims["verifier_info"]})
        query = claims["dcql_query"]
        known = [entry for entry in query["credentials"] if entry["format"] not in UNKNOWN]
        accepts("oid4vp/dcql_request.json", {**query, "credentials": known})
