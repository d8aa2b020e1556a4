"""A photo ID as an mdoc: from a registry into a wallet, to a door that asks for one element; till revoked."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
from django.conf import settings as site
from django.core.management import call_command
from django.test import Client

from common.adapters.documents.references import check_credential_references
from common.adapters.documents.sources import check_credential_status, sources
from common.adapters.limits import cache_backends
from common.did import did_key
from common.formats.base import Holder
from common.formats.mdoc.doctypes import PHOTO_ID
from common.keys import PrivateKey
from common.verification import verify_one
from issuer.authorities import certificates
from issuer.configurations.types import find_configuration
from issuer.issuance.credential_request import issue_directly
from issuer.models import IssuedCredential, Registry
from tests.conftest import shared
from verifier.models import PresentationSession, Service, TrustedIssuer
from verifier.presentation.trust import trust_list
from wallet.account import accounts

pytestmark = pytest.mark.skipif(
    set(site.ROLES) != {"issuer", "wallet", "verifier"}, reason="all three parties are needed"
)
SPACE = "org.iso.23220.1"
CLAIMS = [
    {"name": "family_name", "column": "family_names", "label": "Family names"},
    {"name": "given_name", "column": "given_names", "label": "Given names"},
    {"name": "birth_date", "column": "birth_date", "type": "date", "label": "Date of birth"},
    {"name": "age_over_18", "column": "birth_date", "derive": "age_over", "years": 18, "label": "18 or over"},
    {"name": "document_number", "column": "population_id", "label": "Document number"},
    {"name": "place_of_birth", "column": "place_of_birth", "label": "Place of birth"},
]
Status = PresentationSession.Status


def command(name: str, *arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command(name, *arguments, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


@pytest.fixture
def citizen(db: None, site_network: Client, settings: object, tmp_path: Path) -> Client:
    """Ana's browser, where the population register gives out photo IDs and the cinema asks for them."""
    settings.WALLET_PASSPHRASE_COST = "minimal"  # type: ignore[attr-defined]
    settings.VERIFIER_CA_FILE = str(tmp_path / "verifier-ca.pem")  # type: ignore[attr-defined]
    settings.ISSUING_COUNTRY = "UT"  # type: ignore[attr-defined]
    for name in ("load_samples", "load_services", "load_verifiers"):
        command(name)
    described = tmp_path / "claims.json"
    described.write_text(json.dumps(CLAIMS))
    made = command(
        *("create_configuration", "population", "--type", "PhotoIdCredential", "--name", "photo-id"),
        *("--format", "mso_mdoc", "--doctype", PHOTO_ID, "--claims", str(described)),
    )
    assert made == {"configuration_id": "photo-id", "formats": ["mso_mdoc"]}
    TrustedIssuer.objects.create(issuer=register(), type=PHOTO_ID, name="Population Register")
    service = Service.objects.get(slug="over-18")
    service.query = query()
    service.save()
    accounts.create_wallet_account("Ana Quispe", "correct horse battery staple")
    client = Client(SERVER_NAME="localhost", SERVER_PORT="8000")
    client.post("/wallet/sign-in", {"name": "Ana Quispe", "passphrase": "correct horse battery staple"})
    return client


def register() -> str:
    return f"{site.BASE_URL}/issuers/population-register"


def query(*, doctype: str = PHOTO_ID) -> dict[str, Any]:
    claim = {"path": [SPACE, "age_over_18"], "values": [True], "intent_to_retain": False}
    return {
        "credentials": [
            {"id": "photo", "format": "mso_mdoc", "meta": {"doctype_value": doctype}, "claims": [claim]}
        ]
    }


def take(citizen: Client) -> str:
    made = command("create_offer", "photo-id", "P-0001")
    question = citizen.get(f"/wallet/accept?{urlsplit(made['offer_uri']).query}").headers["Location"]
    added = citizen.post(question, {"decision": "accept"}).headers["Location"]
    return added.removesuffix("/added")


def show(citizen: Client, *, mode: str = "direct_post.jwt", prefix: str = "decentralized_identifier") -> str:
    """What the consent screen said; the session is the last one."""
    made = command("create_request", "over-18", "--response-mode", mode, "--client-id-prefix", prefix)
    question = citizen.get(f"/wallet/authorize?{urlsplit(made['request_uri']).query}").headers["Location"]
    text = citizen.get(question).content.decode()
    if 'name="answer-0" value="' in text:
        answer = text.split('name="answer-0" value="')[1].split('"')[0]
        citizen.post(question, {"answer-0": answer, "decision": "agree"})
    return text


def last() -> PresentationSession:
    found = PresentationSession.objects.order_by("pk").last()
    assert found is not None
    return found


@pytest.mark.parametrize("mode", ["direct_post", "direct_post.jwt"])
@pytest.mark.parametrize("prefix", ["redirect_uri", "decentralized_identifier", "x509_san_dns", "x509_hash"])
def test_from_a_registry_to_a_door(citizen: Client, mode: str, prefix: str) -> None:
    card = citizen.get(take(citizen)).content.decode()
    for word in ("Family names", "Quispe", "Date of birth", "Place of birth", ">Valid<", "Issuing country"):
        assert word in card
    assert "org.iso" not in card
    text = show(citizen, mode=mode, prefix=prefix)
    assert "18 or over" in text
    assert "Date of birth" not in text
    session = last()
    assert session.status == Status.UNLOCKED, session.outcome
    checks = {check["check"]: check["result"] for check in session.outcome["checks"]}
    assert set(checks.values()) == {"passed"}
    assert set(checks) == {"format", "signature", "binding", "validity", "trust", "status", "query"}


@pytest.mark.parametrize("state", ["revoked", "suspended"])
def test_a_withdrawn_photo_id_is_kept_back(citizen: Client, state: str) -> None:
    """By our wallet; whoever shows it all the same meets the verifier's own look at the status."""
    take(citizen)
    issued = IssuedCredential.objects.get(configuration__name="photo-id")
    command("set_status", issued.urn, state, "--reason", "lost")
    cache_backends.forget_cached()
    assert "is not offered" in show(citizen)
    assert last().status == Status.REQUEST_RETRIEVED


def test_only_who_is_trusted_with_this_type(citizen: Client) -> None:
    """The line for the house is for types of its own; one that others defined needs a line of its own."""
    take(citizen)
    TrustedIssuer.objects.filter(type=PHOTO_ID).delete()
    show(citizen)
    failed = [one["check"] for one in last().outcome["checks"] if one["result"] != "passed"]
    assert failed == ["trust"]


def test_a_type_of_the_registrys_own_is_trusted_with_the_house(citizen: Client) -> None:
    made = command("create_configuration", "farmers", "--type", "FarmerPass", "--format", "mso_mdoc")
    configuration = find_configuration(made["configuration_id"])
    secured = issue(configuration.name, "F-0001")
    found = verify(secured)
    assert found.verified, found.checks
    assert found.credentials[0].types == (configuration.type_url,)
    assert found.claims[configuration.type_url]["main_crop"] == "Quinoa"
    TrustedIssuer.objects.all().delete()
    assert not verify(secured).verified


def issue(name: str, key: str) -> Any:
    ana = PrivateKey("P-256", bytes(31) + b"\x0a").public_key
    bound = Holder(ana, did_key.encode(ana))
    return issue_directly(find_configuration(name), key, "mso_mdoc", holder=bound, now=datetime.now(UTC))[1]


def verify(secured: Any) -> Any:
    return verify_one(
        secured,
        sources=sources(),
        status=check_credential_status,
        references=check_credential_references,
        trust=trust_list(),
        now=datetime.now(UTC),
    )


def test_another_authority_of_the_house_cannot_sign_as_this_one(
    citizen: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The farmers' register signs with its own root, and names the population register's address."""
    place: Callable[..., dict[str, str]] = certificates._place
    other = Registry.objects.get(slug="farmers").authority
    monkeypatch.setattr(certificates, "_place", lambda authority: {**place(authority), "issuer": register()})
    command("create_configuration", "farmers", "--type", "FarmerPass", "--format", "mso_mdoc")
    found = verify(issue("farmer-pass", "F-0001"))
    assert not found.verified
    assert found.checks[-1].check == "signature"
    assert other.identifier != register()


def test_what_is_published(citizen: Client, site_network: Client) -> None:
    metadata = site_network.get("/.well-known/openid-credential-issuer/issuers/population-register").json()[
        "credential_configurations_supported"
    ]["photo-id.mso_mdoc"]
    assert metadata["doctype"] == PHOTO_ID
    schema = json.loads(
        shared("vectors/oidf-schemas/oid4vci/credential_issuer_metadata-1_0.json").read_text()
    )
    told = site_network.get("/.well-known/openid-credential-issuer/issuers/population-register").json()
    told["credential_configurations_supported"] = {"photo-id.mso_mdoc": metadata}
    jsonschema.validators.validator_for(schema)(schema).validate(told)
    assert metadata["credential_signing_alg_values_supported"] == [-7]
    assert metadata["cryptographic_binding_methods_supported"] == ["cose_key"]
    assert set(metadata["proof_types_supported"]) == {"jwt"}
    paths = [tuple(claim["path"]) for claim in metadata["credential_metadata"]["claims"]]
    assert (SPACE, "family_name") in paths
    assert (f"{register()}/types/photo-id", "place_of_birth") in paths
    pem = site_network.get("/issuers/population-register/iaca.pem")
    assert pem.headers["Content-Type"] == "application/x-pem-file"
    assert b"BEGIN CERTIFICATE" in pem.content
    assert site_network.get("/issuers/population-register/iaca.pem").content == pem.content
    crl = site_network.get("/issuers/population-register/iaca.crl")
    assert crl.headers["Content-Type"] == "application/pkix-crl"
    assert site_network.get("/issuers/nobody/iaca.pem").status_code == 404
