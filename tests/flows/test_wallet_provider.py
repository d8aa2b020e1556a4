"""Our wallet at offices that want its provider's word: for itself, for its keys, on every way in."""

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from django.conf import settings as site
from django.test import Client

from common.adapters.network import http
from common.keys import certificate, jwk, jws
from common.keys.private_key import generate
from common.oid4vci.key_attestation import verify_key_attestation
from common.oid4vp.x509 import create_certificate_authority
from tests.wallet.conftest import _cheap_passphrases as _cheap_passphrases
from tests.wallet.conftest import vault as vault
from tests.wallet.issuance.test_high_assurance import access_code, agree, local, to_the_office
from tests.wallet.test_with_the_site import citizen as citizen
from tests.wallet.test_with_the_site import command, take
from wallet.models import Card, ProviderCertificate, Waiting

pytestmark = pytest.mark.skipif(
    set(site.ROLES) != {"issuer", "wallet", "verifier"}, reason="all three parties are needed"
)
UNKNOWN = "gives cards to wallets alone that it knows"


@pytest.fixture
def trusting(citizen: Client, settings: Any, tmp_path: Path) -> Client:
    """Ana's browser, at a site whose offices trust the wallet's provider, and want its word."""
    settings.WALLET_PROVIDER_CA_FILE = str(tmp_path / "providers.pem")
    assert command("wallet_provider", "--trust")["trusted"] is True
    command("set_policy", "farmer-registry", "--high-assurance", "on")
    return citizen


@pytest.fixture
def stranger(citizen: Client, settings: Any, tmp_path: Path) -> Client:
    """Ana's browser, at a site whose offices trust another provider alone."""
    now, key = datetime.now(UTC), generate("P-256")
    der = create_certificate_authority(
        signer=key, name="Another", serial=1, not_before=now, not_after=now + timedelta(days=1)
    )
    path = tmp_path / "others.pem"
    path.write_text(ssl.DER_cert_to_PEM_cert(der))
    settings.WALLET_PROVIDER_CA_FILE = str(path)
    return citizen


@pytest.fixture
def wire(site_network: Client, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Mapping[str, str], Any]]:
    """What went over the network: path, headers, answer."""
    seen: list[tuple[str, Mapping[str, str], Any]] = []
    carry = http.transport

    def listen(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> http.HttpReply:
        answer = carry(method, url, headers, body)
        seen.append((urlsplit(url).path.rpartition("/")[2], headers, answer))
        return answer

    monkeypatch.setattr(http, "transport", listen)
    return seen


def test_an_offer_with_a_code(trusting: Client) -> None:
    from issuer.models import Session

    added = take(trusting, "farmer", "F-0001", "--tx-code")
    assert "In your wallet" in trusting.get(added).content.decode()
    session = Session.objects.get()
    assert session.state == "accepted"
    assert session.client_id == "http://localhost:8000/wallet/"
    assert session.client_thumbprint
    assert session.key_thumbprint != session.client_thumbprint


def test_signing_in_at_the_office(trusting: Client) -> None:
    from issuer.models import Session

    office = to_the_office(trusting, "farmer", "F-0001")
    assert trusting.post(office, {"code": access_code()}).status_code == 302
    page = trusting.get(office).content.decode()
    assert "Sello wallet at localhost, a wallet that this office knows" in page
    back = local(trusting.post(office, {"decision": "yes"}).headers["Location"])
    added = trusting.get(back)
    assert "In your wallet" in trusting.get(added.headers["Location"]).content.decode()
    assert Session.objects.get().client_thumbprint


def test_fetching_anew_and_waiting(trusting: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refresh token is good with the same instance's word alone."""
    from issuer.issuance.deferred import decide_waiting
    from issuer.models import Configuration, Session

    card = take(trusting, "farmer", "F-0001").removesuffix("/added")
    assert trusting.post(f"{card}/renew").headers["Location"] == card
    Configuration.objects.filter(name="farmer").update(needs_approval=True)
    assert take(trusting, "farmer", "F-0002") == "/wallet/?waiting"
    waits = Session.objects.get(record_key="F-0002")
    decide_waiting(waits, approve=True, reason="", actor="officer", now=datetime.now(UTC))
    later = datetime.now(UTC) + timedelta(seconds=30)
    monkeypatch.setattr("wallet.pages.credentials.now", lambda: later)
    assert "Your new cards are here." in trusting.get("/wallet/").content.decode()
    assert (Card.objects.count(), Waiting.objects.count()) == (2, 0)


def test_an_office_that_does_not_know_the_provider(stranger: Client, wire: list[Any]) -> None:
    command("set_policy", "farmer-registry", "--high-assurance", "on")
    made = command("create_offer", "farmer", "F-0001")
    question = stranger.get(f"/wallet/accept?{urlsplit(made['offer_uri']).query}").headers["Location"]
    answer = stranger.post(question, {"decision": "accept"})
    assert answer.status_code == 403
    assert UNKNOWN in answer.content.decode()
    refused = [reply for name, _, reply in wire if name == "token"]
    assert [(reply.status, b'"invalid_client_attestation"' in reply.body) for reply in refused] == [
        (400, True)
    ]
    assert not Card.objects.exists()
    made = command("create_offer", "farmer", "F-0001", "--sign-in")
    question = stranger.get(f"/wallet/accept?{urlsplit(made['offer_uri']).query}").headers["Location"]
    assert UNKNOWN in stranger.post(question, {"decision": "accept"}).content.decode()


def test_an_office_that_takes_wallets_without(stranger: Client, wire: list[Any]) -> None:
    """It is asked once more without our provider, on both ways in, and from then on."""
    from issuer.models import Session

    card = take(stranger, "farmer", "F-0001").removesuffix("/added")
    vouched = ["OAuth-Client-Attestation" in headers for name, headers, _ in wire if name == "token"]
    assert vouched == [True, False]
    assert stranger.post(f"{card}/renew").headers["Location"] == card
    back = agree(stranger, to_the_office(stranger, "farmer", "F-0002"), access_code("F-0002"))
    assert "In your wallet" in stranger.get(stranger.get(back).headers["Location"]).content.decode()
    assert not Session.objects.exclude(client_thumbprint="").exists()


def test_an_office_that_wants_better_keys(trusting: Client) -> None:
    for level, status in (("iso_18045_high", 400), ("iso_18045_basic", 302)):
        command("set_policy", "farmer-registry", "--key-storage", level)
        made = command("create_offer", "farmer", "F-0001")
        answer = trusting.get(f"/wallet/accept?{urlsplit(made['offer_uri']).query}")
        assert answer.status_code == status
    command("set_policy", "farmer-registry", "--key-storage", "iso_18045_high")
    answer = trusting.get(f"/wallet/accept?{urlsplit(made['offer_uri']).query}")
    assert "not enough there" in answer.content.decode()
    command("set_policy", "farmer-registry", "--key-storage", "iso_18045_high", "iso_18045_basic")
    assert "In your wallet" in trusting.get(take(trusting, "farmer", "F-0001")).content.decode()


def test_offices_cannot_tell_that_it_is_one_wallet(trusting: Client, wire: list[Any]) -> None:
    """The same words for everybody, and a key that nobody else sees (HAIP 1.0 §4.3.1)."""
    for name, record in (("farmer", "F-0001"), ("disability", "D-0001"), ("farmer", "F-0002")):
        take(trusting, name, record)
    tokens = [headers["OAuth-Client-Attestation"] for name, headers, _ in wire if name == "token"]
    claims = [jws.parse(token).claims() for token in tokens]
    keys = [claim.pop("cnf")["jwk"] for claim in claims]
    assert len({key["x"] for key in keys}) == 3
    for claim in claims:
        assert claim.pop("exp") - claim.pop("iat") == 600
        assert claim == {
            "iss": "http://localhost:8000",
            "sub": "http://localhost:8000/wallet/",
            "wallet_name": "Sello wallet at localhost",
            "wallet_link": "http://localhost:8000/wallet/",
        }
    assert all(set(jws.parse(token).header) == {"alg", "typ", "x5c"} for token in tokens)


def test_what_the_provider_says_of_keys(trusting: Client) -> None:
    from wallet.attestation import provider

    now, key = datetime.now(UTC), generate("P-256")
    root = certificate.load(ssl.PEM_cert_to_DER_cert(provider.provider_root_pem(now=now)))
    token = provider.attest_keys([key.public_key], nonce="n", now=now)
    found = verify_key_attestation(token, anchors=[root], with_proof=True, max_keys=1, now=now)
    assert (found.keys, found.nonce) == ((key.public_key,), "n")
    assert found.resistance.key_storage == found.resistance.user_authentication == ("iso_18045_basic",)
    assert jwk.encode(key.public_key) == jws.parse(token).claims()["attested_keys"][0]


def test_the_command_shows_the_root(trusting: Client, settings: Any) -> None:
    told = command("wallet_provider")
    assert told["client_id"] == "http://localhost:8000/wallet/"
    assert told["trusted"] is False
    found = x509.load_pem_x509_certificate(told["certificate"].encode())
    assert found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    command("wallet_provider", "--trust")
    text = Path(settings.WALLET_PROVIDER_CA_FILE).read_text()
    assert text.count("BEGIN CERTIFICATE") == 1
    settings.WALLET_PROVIDER_CA_FILE = ""
    assert command("wallet_provider", "--trust")["trusted"] is False


def test_certificates_are_renewed_before_they_end(trusting: Client) -> None:
    from wallet.attestation import provider

    now = datetime.now(UTC)
    provider.attest_keys([generate("P-256").public_key], nonce=None, now=now)
    root, signer = (bytes(ProviderCertificate.objects.get(role=role).der) for role in ("root", "signer"))
    later = now + timedelta(days=provider.SIGNER_DAYS - provider.RENEW_DAYS + 1)
    provider.attest_keys([generate("P-256").public_key], nonce=None, now=later)
    assert bytes(ProviderCertificate.objects.get(role="root").der) == root
    assert bytes(ProviderCertificate.objects.get(role="signer").der) != signer
