"""Our wallet, walked through its pages, at an issuer and a verifier from npm (acceptance 2)."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest

from deploy.demo.browser import Browser, Page
from tests.interop import certificates, peers
from tests.interop.conftest import MODES, PREFIXES, Site
from tests.interop.matrix import THEIR_ISSUER, THEIR_VERIFIER, WALLET, pair

pytestmark = pytest.mark.interop

PASSPHRASE = "four alpacas cross the bridge"
PAYMENT = {
    "type": "urn:sello:payment:1",
    "credential_ids": ["card"],
    "transaction_data_hashes_alg": ["sha-256"],
    "payee": "Biblioteca Municipal",
    "amount": "12.50",
    "currency": "PEN",
    "reference": "fine-7",
    "purpose": "A book that came back late",
}


class Person:
    """Somebody with a wallet of their own at our site."""

    def __init__(self, site: Site) -> None:
        self.site, self.browser = site, Browser()
        self.browser.get(f"{site.origin}/wallet/sign-up")
        name = f"ana-{uuid4().hex[:8]}"
        page = self.browser.submit("passphrase", name=name, passphrase=PASSPHRASE, again=PASSPHRASE)
        assert page.status == 200, page.text

    def accept(self, offer: dict[str, Any], *, status: int = 200) -> Page:
        """Follow an offer's link, say yes, type its code."""
        query = urlsplit(offer["offer_uri"]).query
        page = self.browser.get(f"{self.site.origin}/wallet/accept?{query}")
        assert page.status == 200, page.text
        page = self.decide("accept")
        if offer["tx_code"]:
            page = self.browser.submit("code", code=offer["tx_code"])
        assert page.status == status, page.text
        return page

    def asked(self, request_uri: str) -> Page:
        """Follow a request's link to the consent screen."""
        return self.browser.get(f"{self.site.origin}/wallet/authorize?{urlsplit(request_uri).query}")

    def decide(self, decision: str) -> Page:
        """Press the button that sends this decision, however it reads."""
        assert self.browser.page is not None
        for form in self.browser.page.forms:
            for name, value, text in form.buttons:
                if (name, value) == ("decision", decision):
                    return self.browser.submit(text, press=text)
        raise LookupError(f"no {decision!r} to press on {self.browser.page.url}: {self.browser.page.text}")


@pair(THEIR_ISSUER, WALLET, parameter="offered")
@pytest.mark.parametrize("by_value", [True, False], ids=["by value", "by reference"])
@pytest.mark.parametrize("tx_code", [True, False], ids=["tx_code", "no tx_code"])
@pytest.mark.parametrize("offered", ["dc+sd-jwt", "ldp_vc", "dc+sd-jwt ldp_vc"])
def test_accepts_what_their_issuer_offers(
    site: Site, their_issuer: peers.Service, offered: str, tx_code: bool, by_value: bool
) -> None:
    names = [f"library.{credential_format}" for credential_format in offered.split()]
    offer = their_issuer.post("/control/offer", configuration_ids=names, tx_code=tx_code, by_value=by_value)
    page = Person(site).accept(offer)
    assert "Library card" in page.text
    told = their_issuer.get(f"/control/sessions/{offer['session']}")
    assert told == {"issued": len(names), "event": "credential_accepted"}


@pair(THEIR_ISSUER, WALLET, tampered=True)
@pytest.mark.parametrize("credential_format", ["dc+sd-jwt", "ldp_vc"])
def test_keeps_nothing_that_its_issuer_did_not_sign(
    site: Site, their_issuer: peers.Service, credential_format: str
) -> None:
    offer = their_issuer.post(
        "/control/offer", configuration_ids=[f"library.{credential_format}"], forgery="signature"
    )
    page = Person(site).accept(offer, status=422)
    assert "could not be trusted" in page.text
    told = their_issuer.get(f"/control/sessions/{offer['session']}")
    assert told["event"] == "credential_failure"


@pytest.fixture
def strict(site: Site, their_issuer: peers.Service) -> Iterator[str]:
    """Their issuer, as long as it takes wallets alone for which our provider vouches (PEM)."""
    root = str(site.command("wallet_provider")["certificate"])
    their_issuer.post("/control/attestation", anchors=[root])
    yield root
    their_issuer.post("/control/attestation", anchors=None)


@pair(THEIR_ISSUER, WALLET)
@pytest.mark.parametrize("credential_format", ["dc+sd-jwt", "ldp_vc"])
def test_brings_its_providers_word_where_it_is_asked_for(
    site: Site, their_issuer: peers.Service, strict: str, credential_format: str
) -> None:
    offer = their_issuer.post("/control/offer", configuration_ids=[f"library.{credential_format}"])
    assert "Library card" in Person(site).accept(offer).text
    told = their_issuer.get(f"/control/clients/{offer['session']}")
    assert (told["iss"], told["sub"]) == (site.origin, f"{site.origin}/wallet/")


@pair(THEIR_ISSUER, WALLET, tampered=True)
@pytest.mark.parametrize("credential_format", ["dc+sd-jwt"])
def test_says_that_its_provider_is_unknown_there(
    site: Site,
    their_issuer: peers.Service,
    strict: str,
    certificate: certificates.Certificates,
    credential_format: str,
) -> None:
    their_issuer.post("/control/attestation", anchors=[certificate.authority])
    offer = their_issuer.post("/control/offer", configuration_ids=[f"library.{credential_format}"])
    page = Person(site).accept(offer, status=403)
    assert "does not know this one" in page.text
    assert their_issuer.get(f"/control/sessions/{offer['session']}")["issued"] == 0


def test_says_that_the_code_is_wrong(site: Site, their_issuer: peers.Service) -> None:
    offer = their_issuer.post("/control/offer", tx_code=True)
    page = Person(site).accept(offer | {"tx_code": "000000"})
    assert "not accepted" in page.text
    assert their_issuer.get(f"/control/sessions/{offer['session']}")["issued"] == 0


@pytest.fixture(scope="module")
def reader(site: Site, their_issuer: peers.Service) -> Person:
    """Somebody with a library card in both formats."""
    person = Person(site)
    person.accept(their_issuer.post("/control/offer", tx_code=False))
    return person


@pair(WALLET, THEIR_VERIFIER)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("credential_format", ["dc+sd-jwt", "ldp_vc"])
def test_answers_what_their_verifier_asks(
    reader: Person,
    their_issuer: peers.Service,
    their_verifier: peers.Service,
    credential_format: str,
    prefix: str,
    mode: str,
) -> None:
    request = their_verifier.post(
        "/control/request",
        dcql_query={"credentials": [card_query(their_issuer, credential_format)]},
        prefix=prefix,
        response_mode=mode,
        request_uri_method="post" if prefix == "x509_hash" else None,
    )
    page = reader.asked(request["request_uri"])
    assert page.status == 200, page.text
    assert "Banco de Prueba" in page.text
    page = reader.decide("agree")
    session = their_verifier.get(f"/control/sessions/{request['session']}")
    assert session["state"] == "verified", (session, page.text)
    [claims] = session["claims"]["card"]
    assert claims["given_name"] == "Ana Lucía"
    if credential_format == "dc+sd-jwt":
        assert claims["address"] == {"city": "Cusco"}
        assert "family_name" not in claims
    if prefix == "x509_hash":
        assert session["wallet_nonce"]


def test_signs_a_payment_that_was_shown(
    reader: Person, their_issuer: peers.Service, their_verifier: peers.Service
) -> None:
    request = their_verifier.post(
        "/control/request",
        dcql_query={"credentials": [card_query(their_issuer, "dc+sd-jwt")]},
        prefix="decentralized_identifier",
        transaction_data=[PAYMENT],
    )
    page = reader.asked(request["request_uri"])
    assert "12.50" in page.text
    assert "Biblioteca Municipal" in page.text
    reader.decide("agree")
    session = their_verifier.get(f"/control/sessions/{request['session']}")
    assert session["verified_transaction_data"] == [PAYMENT], session


def test_follows_the_way_back(
    reader: Person, their_issuer: peers.Service, their_verifier: peers.Service
) -> None:
    back = f"{their_verifier.origin}/bank/did.json"
    request = their_verifier.post(
        "/control/request",
        dcql_query={"credentials": [card_query(their_issuer, "dc+sd-jwt")]},
        prefix="decentralized_identifier",
        redirect=back,
    )
    reader.asked(request["request_uri"])
    page = reader.decide("agree")
    assert back in [address for address, _ in page.links]


def test_says_no(reader: Person, their_issuer: peers.Service, their_verifier: peers.Service) -> None:
    request = their_verifier.post(
        "/control/request",
        dcql_query={"credentials": [card_query(their_issuer, "dc+sd-jwt")]},
        prefix="decentralized_identifier",
    )
    reader.asked(request["request_uri"])
    reader.decide("decline")
    session = their_verifier.get(f"/control/sessions/{request['session']}")
    assert (session["state"], session["error"]) == ("declined", "access_denied")


@pair(WALLET, THEIR_VERIFIER, tampered=True)
@pytest.mark.parametrize("forgery", ["signature", "wallet_nonce", "stranger", "authority"])
@pytest.mark.parametrize("credential_format", ["dc+sd-jwt", "ldp_vc"])
def test_refuses_a_request_that_is_not_its_sender_s(
    reader: Person,
    their_issuer: peers.Service,
    their_verifier: peers.Service,
    credential_format: str,
    forgery: str,
) -> None:
    request = their_verifier.post(
        "/control/request",
        dcql_query={"credentials": [card_query(their_issuer, credential_format)]},
        prefix="x509_san_dns" if forgery == "authority" else "decentralized_identifier",
        request_uri_method="post",
        forgery=forgery,
    )
    page = reader.asked(request["request_uri"])
    assert page.status >= 400
    assert "Banco de Prueba" not in page.text


@pytest.mark.parametrize(("credential_format", "record"), [("dc+sd-jwt", "F-0006"), ("ldp_vc", "F-0007")])
def test_their_verifier_takes_what_we_issued_and_our_wallet_keeps_back_what_is_revoked(
    site: Site, their_verifier: peers.Service, credential_format: str, record: str
) -> None:
    """Our issuer, our wallet, their verifier, which reads our keys, contexts and status lists over HTTP."""
    ana = Person(site)
    ana.accept(site.command("create_offer", "farmer", record, "--format", credential_format, "--tx-code"))
    type_url = f"{site.origin}/issuers/farmer-registry/types/farmer"
    query: dict[str, Any] = {"id": "farmer", "format": credential_format}
    if credential_format == "dc+sd-jwt":
        query |= {"meta": {"vct_values": [type_url]}, "claims": [{"path": ["farmer_id"]}]}
    else:
        query |= {
            "meta": {"type_values": [[type_url]]},
            "claims": [{"path": ["credentialSubject", "farmer_id"]}],
        }

    def shown() -> dict[str, Any]:
        request = their_verifier.post(
            "/control/request", dcql_query={"credentials": [query]}, prefix="decentralized_identifier"
        )
        ana.asked(request["request_uri"])
        ana.decide("agree")
        told: dict[str, Any] = their_verifier.get(f"/control/sessions/{request['session']}")
        return told

    first = shown()
    assert first["state"] == "verified", first
    [claims] = first["claims"]["farmer"]
    assert claims["farmer_id"] == record
    revoke_all(site, record)
    request = their_verifier.post(
        "/control/request", dcql_query={"credentials": [query]}, prefix="decentralized_identifier"
    )
    assert "the office has withdrawn it" in ana.asked(request["request_uri"]).text


@pytest.mark.parametrize("credential_format", ["dc+sd-jwt", "ldp_vc"])
def test_our_procedure_reads_theirs_and_trusts_nobody_unknown(
    site: Site, their_credentials: dict[str, dict[str, Any]], tmp_path: Path, credential_format: str
) -> None:
    """`verify` finds a stranger's signature good, and says all the same that it is a stranger's."""
    credential = their_credentials[credential_format]["credential"]
    file = tmp_path / "credential"
    file.write_text(credential if isinstance(credential, str) else json.dumps(credential))
    told = site.command("verify", str(file), codes=(1,))
    checks = {each["check"]: each["result"] for each in told["checks"]}
    assert told["verified"] is False
    assert (checks["signature"], checks["validity"], checks["trust"]) == ("passed", "passed", "failed")


def revoke_all(site: Site, record: str) -> None:
    """What an officer does who finds the person's credentials by their record."""
    with closing(sqlite3.connect(Path(site.environ["VAR_DIR"]) / "sello.sqlite3")) as database:
        rows = database.execute("SELECT id FROM issuer_issuedcredential WHERE record_key = ?", [record])
        names = [UUID(row[0]).urn for row in rows]
    assert names
    for name in names:
        site.command("set_status", name, "revoked", "--reason", "sold the farm")


def card_query(issuer: peers.Service, credential_format: str) -> dict[str, Any]:
    """The library card's given name; of an SD-JWT the city too."""
    address = issuer.told["issuer"]
    query: dict[str, Any] = {"id": "card", "format": credential_format}
    if credential_format == "dc+sd-jwt":
        return query | {
            "meta": {"vct_values": [f"{address}/types/library-card"]},
            "claims": [{"path": ["given_name"]}, {"path": ["address", "city"]}],
        }
    return query | {
        "meta": {"type_values": [[f"{address}/types/library-card.jsonld#LibraryCard"]]},
        "claims": [{"path": ["credentialSubject", "given_name"]}],
    }
