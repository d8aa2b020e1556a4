"""Partners as an officer registers them, and their keys."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from common.adapters.exchange import partner_keys
from common.adapters.exchange.partner_keys import parse_keys, partner_key
from common.adapters.exchange.partners import Partner
from common.adapters.exchange.registration import Registration, register_partner
from common.did import Fetched
from common.errors import SelloError
from common.keys import PrivateKey, jwk
from tests.issuer.spdci_partner import make_registry

pytestmark = pytest.mark.django_db
KEY = PrivateKey("Ed25519", bytes(31) + b"\x01")
OTHER = PrivateKey("P-256", bytes(31) + b"\x02")


def register(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("register_partner", *arguments, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_a_partner_is_registered_changed_and_ended(tmp_path: Path) -> None:
    make_registry("farmers", count=1)
    keys = tmp_path / "key.json"
    keys.write_text(json.dumps(jwk.encode(KEY.public_key)))
    said = register(
        "spp.example.org", "--name", "SPP", "--keys", str(keys), "--secret",
        "--may-read", "farmers=farmer_id,municipality", "--purpose", "subsidy", "--legal-basis", "Law 7",
        "--namespace", "spdci", "--namespace", "g2p",
    )  # fmt: skip
    assert said["may_read"] == {
        "farmers": {
            "attributes": ["farmer_id", "municipality"],
            "purposes": ["subsidy"],
            "legal_basis": "Law 7",
        }
    }
    row = Partner.objects.get()
    assert (row.namespaces, row.keys[0]["kid"]) == (["spdci", "g2p"], jwk.thumbprint(KEY.public_key))
    assert len(said["client_secret"]) > 40
    assert said["client_secret"] not in str(vars(row))
    changed = register("spp.example.org", "--active", "no")
    assert (changed["active"], changed["name"], changed["may_read"]) == (False, "SPP", said["may_read"])
    assert "client_secret" not in changed


def test_our_own_secret_is_sealed(tmp_path: Path) -> None:
    keys, secret = tmp_path / "key.json", tmp_path / "secret"
    keys.write_text(json.dumps({"keys": [jwk.encode(KEY.public_key), jwk.encode(OTHER.public_key)]}))
    secret.write_text("s3cret\n")
    register("a.example.org", "--keys", str(keys), "--client-id", "us", "--client-secret-file", str(secret))
    row = Partner.objects.get()
    assert b"s3cret" not in bytes(row.sealed_secret)
    assert len(row.keys) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["spp.example.org"],  # it signs, and names no key
        ["spp|example", "--jwks-uri", "https://spp.example.org/jwks"],
        ["spp.example.org", "--jwks-uri", "http://spp.example.org/jwks"],
        ["spp.example.org", "--jwks-uri", "https://spp.example.org/jwks", "--may-read", "farmers=a"],
        ["spp.example.org", "--jwks-uri", "https://spp.example.org/jwks", "--may-read", "farmers"],
        ["spp.example.org", "--keys", "/nowhere/at/all"],
    ],
)
def test_what_cannot_be_is_refused(arguments: list[str]) -> None:
    with pytest.raises((CommandError, SystemExit, SelloError)):
        register(*arguments)
    assert not Partner.objects.exists()


def test_keys_of_other_kinds_are_passed_over_and_private_ones_refused() -> None:
    good = {**jwk.encode(KEY.public_key), "kid": "k-1", "use": "sig"}
    rsa, encryption = {"kty": "RSA", "n": "AQAB", "e": "AQAB"}, {**jwk.encode(OTHER.public_key), "use": "enc"}
    assert [key["kid"] for key in parse_keys({"keys": [rsa, good, encryption]})] == ["k-1"]
    document: Any
    for document in ({"keys": [{**good, "d": "AAAA"}]}, {"keys": "x"}, [], {"keys": [good] * 51}):
        with pytest.raises(SelloError):
            parse_keys(document)


def test_published_keys_are_kept_and_asked_for_again_when_one_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    published, asked = [jwk.encode(KEY.public_key)], []

    def fetch(url: str) -> Fetched:
        asked.append(url)
        return Fetched(json.dumps({"keys": published}).encode(), "application/json")

    monkeypatch.setattr(partner_keys, "fetch", fetch)
    said = Registration("spp.example.org", jwks_uri="https://spp.example.org/jwks")
    partner, _ = register_partner(said)
    first = jwk.thumbprint(KEY.public_key)
    assert partner_key(partner, first) == partner_key(partner, first) == KEY.public_key
    assert len(asked) == 1
    published.append(jwk.encode(OTHER.public_key))
    for name in ("unknown", "more", "and more"):
        with pytest.raises(SelloError):
            partner_key(partner, name)
    assert len(asked) <= 2  # whoever invents names does not make us ask each time


@pytest.mark.parametrize("option", ["--jwks-uri", "--address", "--callback-url", "--token-url"])
def test_an_address_of_plain_http_is_refused_with_its_name_and_the_way_out(option: str) -> None:
    with pytest.raises(CommandError, match=f"{option[2:]} http://localhost:8100.*FETCH_ORIGINS"):
        register("a.example.org", option, "http://localhost:8100")


def test_members_of_a_key_that_are_null_are_absent() -> None:
    key = {**jwk.encode(KEY.public_key), "use": None, "kid": None, "alg": ""}
    assert [each["kid"] for each in parse_keys({"keys": [key]})] == [jwk.thumbprint(KEY.public_key)]


def test_keys_that_cannot_be_had_are_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partner_keys, "fetch", lambda url: Fetched(b"<html>", "text/html"))
    partner, _ = register_partner(Registration("a.example.org", jwks_uri="https://a.example.org/none"))
    with pytest.raises(SelloError, match="publishes at its jwks_uri cannot be read"):
        partner_key(partner, "k1")
