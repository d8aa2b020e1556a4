"""The commands of the contract: one JSON object, one sentence, and what they leave behind."""

import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from common.adapters.documents.sources import sources
from common.did import did_key
from common.formats import FORMATS
from common.keys import PrivateKey, jwk
from common.oid4vci.offer import CredentialOffer, parse_credential_offer, parse_offer_uri
from issuer.issuance import batch_issuance
from issuer.issuance.delivery import store_credentials
from issuer.models import Configuration, IssuedCredential, Session
from tests.issuer.protocol import make_farmers

pytestmark = pytest.mark.django_db


@pytest.fixture
def farmer() -> Configuration:
    return make_farmers(count=7)


def run(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command(*arguments, "--json", stdout=out, stderr=io.StringIO())
    assert out.getvalue().count("\n") == 1
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_create_offer(farmer: Configuration) -> None:
    made = run("create_offer", "farmer", "F-0001", "--tx-code")
    assert set(made) == {"offer_uri", "link", "credential_offer", "tx_code", "session"}
    assert made["link"].startswith("http://localhost:8000/wallet/accept?credential_offer_uri=")
    assert parse_offer_uri(made["link"]) == parse_offer_uri(made["offer_uri"])
    assert made["offer_uri"].startswith("openid-credential-offer://?credential_offer_uri=")
    assert len(made["tx_code"]) == 6
    assert parse_credential_offer(made["credential_offer"]).configuration_ids == (
        "farmer.ldp_vc",
        "farmer.dc+sd-jwt",
    )
    assert Session.objects.get(pk=made["session"]).record_key == "F-0001"
    value = run("create_offer", "farmer", "F-0001", "--by-value", "--format", "dc+sd-jwt")
    offer = parse_offer_uri(value["offer_uri"])
    assert isinstance(offer, CredentialOffer)
    assert offer.configuration_ids == ("farmer.dc+sd-jwt",)
    assert value["tx_code"] is None


@pytest.mark.parametrize(
    "arguments",
    [
        ("create_offer", "nothing", "F-0001"),
        ("create_offer", "farmer", "F-9999"),
        ("create_offer", "farmer", "F-0001", "--format", "mso_mdoc"),
        ("issue", "farmer", "F-0001", "--format", "ldp_vc:ecdsa-sd-2023"),
        ("issue", "farmer", "F-0001", "--format", "ldp_vc", "--holder", "no-such-file.json"),
        ("issue", "farmer", "F-0001", "--format", "ldp_vc", "--holder", "did:example:123"),
        ("set_status", "urn:uuid:0", "revoked", "--reason", "test"),
    ],
)
def test_a_fault_is_one_sentence(farmer: Configuration, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)
    assert not IssuedCredential.objects.exists()


def test_issue_to_a_did(farmer: Configuration, ana: PrivateKey) -> None:
    made = run("issue", "farmer", "F-0001", "--format", "ldp_vc", "--holder", did_key.encode(ana.public_key))
    assert made["credential"]["credentialSubject"]["id"] == did_key.encode(ana.public_key)
    assert made["credential_id"] == made["credential"]["id"]


def test_issue_to_a_key_in_a_file(
    farmer: Configuration, ana: PrivateKey, tmp_path: Path, now: datetime
) -> None:
    key, out = tmp_path / "ana.jwk", tmp_path / "cards" / "farmer.sd-jwt"  # a folder that is not there yet
    key.write_text(json.dumps(jwk.encode(ana.public_key)))
    made = run("issue", "farmer", "F-0001", "--format", "dc+sd-jwt", "--holder", str(key), "--out", str(out))
    assert out.read_text() == made["credential"] + "\n"
    row = IssuedCredential.objects.get()
    verified = FORMATS["dc+sd-jwt"].verify_credential(
        made["credential"], sources=sources(), now=row.issued_at
    )
    assert verified.holder_key == ana.public_key
    key.write_text(json.dumps({**jwk.encode(ana.public_key), "d": "AA"}))
    with pytest.raises(CommandError, match="private"):
        run("issue", "farmer", "F-0001", "--format", "dc+sd-jwt", "--holder", str(key))


@pytest.mark.parametrize(
    ("wanted", "suite"),
    [
        ("ldp_vc:ecdsa-sd-2023", "ecdsa-sd-2023"),
        ("ldp_vc:eddsa-jcs-2022", "eddsa-jcs-2022"),
        ("ldp_vc:ecdsa-rdfc-2019", "ecdsa-rdfc-2019"),
        ("ldp_vc:eddsa-rdfc-2022", "eddsa-rdfc-2022"),
        ("ldp_vc", "eddsa-rdfc-2022"),
    ],
)
def test_issue_with_a_suite(farmer: Configuration, wanted: str, suite: str) -> None:
    farmer.formats = [
        "ldp_vc:ecdsa-sd-2023",
        "ldp_vc:eddsa-jcs-2022",
        "ldp_vc:ecdsa-rdfc-2019",
        "ldp_vc",
    ]
    farmer.save()
    made = run("issue", "farmer", "F-0001", "--format", wanted)
    assert made["credential"]["proof"]["cryptosuite"] == suite
    row = IssuedCredential.objects.get()
    assert row.format == made["format"]
    found = FORMATS["ldp_vc"].verify_credential(made["credential"], sources=sources(), now=row.issued_at)
    assert found.claims["given_name"] == "Ana"


def test_a_format_alone_means_the_one_suite_there_is(farmer: Configuration) -> None:
    farmer.formats = ["ldp_vc:ecdsa-sd-2023"]
    farmer.save()
    made = run("issue", "farmer", "F-0001", "--format", "ldp_vc")
    assert made["credential"]["proof"]["cryptosuite"] == "ecdsa-sd-2023"
    with pytest.raises(CommandError, match="known: "):
        run("issue", "farmer", "F-0001", "--format", "ldp_vc:rot13-2026")


def test_set_status(farmer: Configuration) -> None:
    made = run("issue", "farmer", "F-0001", "--format", "ldp_vc:eddsa-rdfc-2022")
    changed = run("set_status", made["credential_id"], "suspended", "--reason", "lost")
    assert changed == {
        "credential": made["credential_id"],
        "status": "suspended",
        "lists": [entry["statusListCredential"] for entry in made["credential"]["credentialStatus"]],
    }


# --- mint -------------------------------------------------------------------------------------------------


def lines(folder: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_text().splitlines()
    ]


def test_mint_and_mint_again(farmer: Configuration, tmp_path: Path) -> None:
    first = run("mint", "farmer", "--out", str(tmp_path))
    assert {name: part["minted"] for name, part in first["formats"].items()} == {"ldp_vc": 7, "dc+sd-jwt": 7}
    found = lines(tmp_path)
    assert sorted({line["record"] for line in found}) == [f"F-000{n}" for n in range(1, 8)]
    assert {line["id"] for line in found} == {row.urn for row in IssuedCredential.objects.filter(minted=True)}
    row = IssuedCredential.objects.filter(format="ldp_vc").first()
    assert row is not None
    [line] = [line for line in found if line["id"] == row.urn]
    FORMATS["ldp_vc"].verify_credential(line["credential"], sources=sources(), now=row.issued_at)
    second = run("mint", "farmer", "--out", str(tmp_path))
    assert {part["skipped"] for part in second["formats"].values()} == {7}
    assert len(lines(tmp_path)) == 14


def test_mint_goes_on_after_a_stop(
    farmer: Configuration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_issuance, "BATCH", 3)
    calls: list[int] = []

    def stop_at_the_second(*arguments: Any, **options: Any) -> list[IssuedCredential]:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        found: list[IssuedCredential] = store_credentials(*arguments, **options)
        return found

    monkeypatch.setattr(batch_issuance, "store_credentials", stop_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        run("mint", "farmer", "--format", "ldp_vc", "--out", str(tmp_path))
    assert len(list(tmp_path.glob("*.draft"))) == 1
    result = run("mint", "farmer", "--format", "ldp_vc", "--out", str(tmp_path))
    assert (result["formats"]["ldp_vc"]["minted"], result["formats"]["ldp_vc"]["skipped"]) == (4, 3)
    assert not list(tmp_path.glob("*.draft"))
    assert {line["id"] for line in lines(tmp_path)} == {row.urn for row in IssuedCredential.objects.all()}


def test_a_stop_between_rows_and_name(farmer: Configuration, tmp_path: Path) -> None:
    run("mint", "farmer", "--format", "ldp_vc", "--out", str(tmp_path))
    [path] = tmp_path.glob("*.jsonl")
    path.rename(path.with_name(path.name + ".draft"))
    run("mint", "farmer", "--format", "ldp_vc", "--out", str(tmp_path))
    assert len(lines(tmp_path)) == 7


def test_a_draft_that_was_cut(farmer: Configuration, tmp_path: Path) -> None:
    for number, text in enumerate(("", '{"id": "urn:uu', "[]\n")):
        (tmp_path / f"farmer.ldp_vc.{number}.jsonl.draft").write_text(text)
    assert (
        run("mint", "farmer", "--format", "ldp_vc", "--out", str(tmp_path))["formats"]["ldp_vc"]["minted"]
        == 7
    )
    assert not list(tmp_path.glob("*.draft"))


def test_records_that_cannot_say_it(farmer: Configuration, tmp_path: Path) -> None:
    farmer.claims = [{**farmer.claims[0], "mandatory": True}, *farmer.claims[1:]]
    farmer.save()
    record = farmer.registry.records.get(key="F-0003")
    del record.data["farmer_id"]
    record.save()
    result = run("mint", "farmer", "--format", "ldp_vc", "--out", str(tmp_path))["formats"]["ldp_vc"]
    assert (result["minted"], result["unusable"]) == (6, ["F-0003"])


def test_minted_files_are_nobody_elses(farmer: Configuration, tmp_path: Path) -> None:
    [path] = run("mint", "farmer", "--format", "ldp_vc", "--out", str(tmp_path))["formats"]["ldp_vc"]["files"]
    assert Path(path).stat().st_mode & 0o077 == 0
