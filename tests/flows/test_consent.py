"""The clinic reads two attributes for a month by Ana's consent, and is refused the second she ends it."""

import json
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from issuer.models import AccessLog, Consent
from issuer.record_access import consents
from tests.wallet.conftest import ANA
from verifier.models import ReadingConsent, ReadLog
from wallet.account import accounts
from wallet.account.vault import Vault

pytestmark = pytest.mark.skipif(
    set(settings.ROLES) != {"issuer", "wallet", "verifier"}, reason="all three parties are needed"
)


def command(name: str, *arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command(name, *arguments, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


@pytest.fixture
def vault(db: None, settings: Any) -> Vault:
    settings.WALLET_PASSPHRASE_COST = "minimal"
    return accounts.create_wallet_account(*ANA)


@pytest.fixture
def citizen(site_network: Client, vault: Vault, settings: Any, tmp_path: Path) -> Client:
    """Ana's browser, at a site with the sample world in it, and her identity in her wallet."""
    settings.VERIFIER_CA_FILE = str(tmp_path / "verifier-ca.pem")
    for name in ("load_samples", "load_services", "load_verifiers"):
        command(name)
    client = Client(SERVER_NAME="localhost", SERVER_PORT="8000")
    client.post("/wallet/sign-in", {"name": ANA[0], "passphrase": ANA[1]})
    take(client, "identity", "P-0001")
    return client


def take(citizen: Client, *arguments: str) -> None:
    made = command("create_offer", *arguments)
    question = citizen.get(f"/wallet/accept?{urlsplit(made['offer_uri']).query}").headers["Location"]
    citizen.post(question, {"decision": "accept"})


def ask(citizen: Client, service: str) -> tuple[dict[str, Any], str]:
    """The request, and the address of the wallet's question about it."""
    made = command("create_request", service)
    return made, citizen.get(f"/wallet/authorize?{urlsplit(made['request_uri']).query}").headers["Location"]


def agree(citizen: Client, question: str) -> str:
    text = citizen.get(question).content.decode()
    answer = text.split('name="answer-0" value="')[1].split('"')[0]
    done = citizen.post(question, {"answer-0": answer, "decision": "agree"})
    assert "Shown" in citizen.get(done.headers["Location"]).content.decode()
    return text


def withdraw(citizen: Client) -> Any:
    page = citizen.get("/wallet/activity").content.decode()
    authority = page.split('name="authority" value="')[1].split('"')[0]
    consent = page.split('name="consent" value="')[1].split('"')[0]
    return citizen.post("/wallet/activity/withdraw", {"authority": authority, "consent": consent})


def test_read_again_until_withdrawn(citizen: Client) -> None:
    made, question = ask(citizen, "clinic-care")
    screen = agree(citizen, question)
    for words in (
        "Do you agree to this?", "Kind of disability, Assistive device", "National Council on Disability",
        "Care over time: appointments and devices that fit", "Yes, I agree", "You can withdraw this",
    ):  # fmt: skip
        assert words in screen
    kept = ReadingConsent.objects.get()
    read = command("read_record", "clinic-care", "--reference", kept.reference)
    assert read["attributes"] == {"disability_type": "hearing", "assistive_device": "hearing aid"}
    one = command(
        "read_record", "clinic-care", "--session", made["session"], "--attribute", "assistive_device"
    )
    assert one["attributes"] == {"assistive_device": "hearing aid"}
    page = citizen.get("/wallet/activity").content.decode()
    assert "Santa Rosa Clinic may read your record" in page
    assert ">In force<" in page
    assert "Kind of disability, Assistive device at National Council" in citizen.get("/wallet/activity").text

    withdrawn = withdraw(citizen)
    assert withdrawn.status_code == 302
    with pytest.raises(CommandError, match="does not open"):
        command("read_record", "clinic-care", "--reference", kept.reference)
    page = citizen.get("/wallet/activity").content.decode()
    assert ">Withdrawn<" in page
    assert ">Refused<" in page
    assert 'action="/wallet/activity/withdraw"' not in page
    kept.refresh_from_db()
    assert kept.refused_at is not None


def test_both_ends_keep_the_same_log(citizen: Client) -> None:
    agree(citizen, ask(citizen, "clinic-care")[1])
    reference = ReadingConsent.objects.get().reference
    command("read_record", "clinic-care", "--reference", reference, "--attribute", "assistive_device")
    withdraw(citizen)
    with pytest.raises(CommandError):
        command("read_record", "clinic-care", "--reference", reference)
    here = command("read_log", "--service", "clinic-care")["entries"]
    there = command("access_log", "--authority", "disability-registry")["entries"]
    same = ("request_id", "authority", "client", "purpose", "basis", "attributes", "outcome", "problem")
    assert [{name: row[name] for name in same} for row in here] == [
        {name: row[name] for name in same} for row in there
    ]
    assert [row["outcome"] for row in here] == ["read", "read", "refused"]
    assert [row["problem"] for row in here] == ["", "", "access_denied"]
    assert {row["consent"] for row in here} == {row["consent"] for row in there} == {
        str(Consent.objects.get().id)
    }  # fmt: skip
    assert "hearing" not in json.dumps([here, there])


def test_what_was_signed_is_kept_sealed(citizen: Client) -> None:
    agree(citizen, ask(citizen, "clinic-care")[1])
    consent = Consent.objects.get()
    assert (consent.how, consent.attributes) == ("signed", ["disability_type", "assistive_device"])
    signed = consents.consent_evidence(consent)
    assert signed["transaction_data"]
    assert signed["nonce"].encode() not in bytes(consent.sealed_evidence)


def test_a_consent_outlives_the_card_it_was_signed_with(citizen: Client, vault: Vault) -> None:
    from wallet.models import Card

    agree(citizen, ask(citizen, "clinic-care")[1])
    Card.objects.all().delete()
    assert withdraw(citizen).status_code == 302
    assert Consent.objects.get().withdrawn_at is not None


def test_a_single_reading_is_a_consent_of_minutes(citizen: Client) -> None:
    agree(citizen, ask(citizen, "clinic")[1])
    consent = Consent.objects.get()
    assert (consent.how, len(consent.attributes)) == ("shown", 4)
    assert (consent.expires_at - consent.given_at).total_seconds() == 300
    assert not ReadingConsent.objects.exists()
    assert ReadLog.objects.get().request_id == AccessLog.objects.get().request_id


def test_whoever_says_no_has_agreed_to_nothing(citizen: Client) -> None:
    _, question = ask(citizen, "clinic-care")
    citizen.post(question, {"decision": "decline"})
    assert not Consent.objects.exists()
    assert "May read again" not in citizen.get("/wallet/activity").text


def test_consent_is_asked_under_the_services_did_alone(citizen: Client) -> None:
    with pytest.raises(CommandError, match="under its DID"):
        command("create_request", "clinic-care", "--client-id-prefix", "redirect_uri")


def test_a_public_body_asks_by_law_and_the_citizen_sees_it(
    citizen: Client, tmp_path: Path, settings: Any
) -> None:
    file = tmp_path / "who"
    file.write_text(f"{_record('population', 'P-0001')['national_id']}\n")
    read = command("read_record", "subsidy", "--identifier-file", str(file))
    assert read == {"basis": "law", "attributes": {"alive": True}}
    page = citizen.get("/wallet/activity").content.decode()
    assert "National Paying Agency" in page
    assert "Without asking you, by Law 2021/14" in page
    died = next(row for row in _records("population") if row.get("died_on"))
    file.write_text(died["national_id"])
    assert command("read_record", "subsidy", "--identifier-file", str(file))["attributes"] == {"alive": False}
    entries = command("access_log", "--authority", "population-register")["entries"]
    assert {(row["basis"], row["consent"], tuple(row["attributes"])) for row in entries} == {
        ("law", None, ("alive",))
    }
    assert died["national_id"] not in json.dumps([entries, command("read_log")])


def test_a_private_provider_has_no_mandate(citizen: Client, tmp_path: Path) -> None:
    file = tmp_path / "who"
    file.write_text("anything")
    with pytest.raises(CommandError, match="No law"):
        command("read_record", "clinic-care", "--identifier-file", str(file))


def _records(registry: str) -> list[dict[str, Any]]:
    from issuer.models import Record

    return list(Record.objects.filter(registry__slug=registry).values_list("data", flat=True))


def _record(registry: str, key: str) -> dict[str, Any]:
    from issuer.models import Record

    found: dict[str, Any] = Record.objects.get(registry__slug=registry, key=key).data
    return found
