"""A ministry issues from a register that another one keeps: asked by SPDCI, told of changes, led by rules."""

import json
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.core.management import CommandError, call_command
from django.test import Client

from common.adapters.command import CommandExit
from common.did import did_key
from common.keys import PrivateKey, jwk
from common.notices.models import Notice
from common.notices.notify import inbox_of
from common.registries.connector import RegistryRecord
from issuer.authorities.identity import create_authority
from issuer.models import Announcement, IssuedCredential, OwnSubscription, Registry
from issuer.registries.store import remove_records, store_records
from issuer.sample.spdci import MAPPINGS
from tests.issuer.rules_fixture import CHANGED, REMOVED
from tests.issuer.spdci_partner import make_registry

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("issuer" not in site.ROLES, reason="the issuer is needed"),
]
STOPPED = {
    "when": {"event": "ineligible", "condition": {"eq": ["main_crop", "None"]}},
    "do": "revoke",
    "reason": "Nothing is grown any longer.",
}


def command(name: str, *arguments: str) -> dict[str, Any]:
    out = StringIO()
    with suppress(CommandExit):  # an exit status that is part of the answer
        call_command(name, *arguments, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


@pytest.fixture
def farmers(site_network: Client) -> Registry:
    """The register itself, where its ministry keeps it."""
    return make_registry("farmers")


@pytest.fixture
def connected(farmers: Registry, tmp_path: Path) -> Registry:
    """The other ministry's, once the officers of both have registered each other by their commands."""
    there, here = farmers.authority.did, create_authority("subsidies", "Subsidies").did
    address = f"{site.BASE_URL}/spdci/farmers"
    source = tmp_path / "farmers.json"
    source.write_text(
        json.dumps({
            "partner": there, "key_identifier": "FARMER_ID", "purpose": {"code": "subsidy"}, "page_size": 5,
            "mapping": MAPPINGS["farmers"],
        })
    )  # fmt: skip
    connect = ["connect_registry", "producers", "--connector", "spdci", "--source", str(source)]
    connect += ["--authority", "subsidies"]
    command("register_partner", there, "--jwks-uri", f"{address}/.well-known/jwks.json", "--address", address)
    said = command(*connect)
    assert (said["sender_id"], said["callback_url"]) == (here, f"{site.BASE_URL}/spdci/producers")
    assert said["problem"]  # nobody knows us over there
    columns = ",".join(column["name"] for column in farmers.columns)
    ours = command(
        "register_partner", here, "--jwks-uri", said["jwks_uri"], "--callback-url", said["callback_url"],
        "--may-read", f"farmers={columns}", "--purpose", "subsidy", "--legal-basis", "Law 7", "--secret",
    )["client_secret"]  # fmt: skip
    secret = tmp_path / "secret"
    secret.write_text(ours)
    theirs = command(
        "register_partner", there, "--token-url", f"{address}/oauth2/client/token", "--client-id", here,
        "--client-secret-file", str(secret), "--secret",
    )["client_secret"]  # fmt: skip
    secret.write_text(theirs)
    command(
        "register_partner", here, "--token-url", said["token_url"], "--client-id", there,
        "--client-secret-file", str(secret),
    )  # fmt: skip
    assert command(*connect)["problem"] == ""
    return Registry.objects.get(slug="producers")


def change(registry: Registry, key: str, **data: Any) -> None:
    row = registry.records.get(key=key)
    store_records(Registry.objects.get(pk=registry.pk), [RegistryRecord(key, {**row.data, **data})])


def deliver() -> None:
    for _ in range(3):  # a wish, its answer, and what follows from it
        assert command("deliver_messages")["failed"] == 0


def test_what_changes_over_there_is_followed_here(
    connected: Registry, farmers: Registry, ana: PrivateKey, tmp_path: Path
) -> None:
    types = {column["name"]: column["type"] for column in connected.columns}
    assert [types[name] for name in ("farmer_id", "parcel_area_ha", "irrigated")] == [
        "string", "decimal", "boolean",
    ]  # fmt: skip
    command("create_configuration", "producers", "--type", "ProducerCredential", "--name", "producer")
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps([STOPPED, REMOVED, CHANGED]))
    command("set_rules", "producer", "--file", str(rules))
    command("subscribe_registry", "producers")
    deliver()
    assert set(OwnSubscription.objects.values_list("state", flat=True)) == {"active"}
    holder = did_key.encode(ana.public_key)
    for number in (1, 2, 3, 4):
        command("issue", "producer", f"F-000{number}", "--format", "dc+sd-jwt", "--holder", holder)
    assert command("sync_registry", "producers")["counts"] == {}  # all were listed; nothing is amiss

    change(farmers, "F-0001", main_crop="None")
    change(farmers, "F-0002", main_crop="Kiwicha")
    remove_records(farmers, ["F-0003"])
    assert command("sync_registry", "producers")["counts"] == {}  # nobody was told yet
    deliver()
    assert Announcement.objects.count() == 3
    seen = command("sync_registry", "producers", "--preview")
    done = command("sync_registry", "producers", "--expect", seen["plan"])
    assert done["counts"] == seen["counts"] == {"reissue": 1, "revoke": 2}
    assert dict(IssuedCredential.objects.values_list("record_key", "state")) == {
        "F-0001": "revoked", "F-0002": "valid", "F-0003": "revoked", "F-0004": "valid",
    }  # fmt: skip
    told = Notice.objects.filter(inbox=inbox_of(jwk.thumbprint(ana.public_key)))
    assert sorted(told.values_list("kind", flat=True)) == ["changed", "revoked", "revoked"]
    deliver()
    assert command("sync_registry", "producers")["counts"] == {}
    assert Notice.objects.count() == 3


def test_a_register_that_does_not_answer_revokes_nothing(
    connected: Registry, farmers: Registry, monkeypatch: pytest.MonkeyPatch, ana: PrivateKey, tmp_path: Path
) -> None:
    command("create_configuration", "producers", "--type", "ProducerCredential", "--name", "producer")
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps([REMOVED]))
    command("set_rules", "producer", "--file", str(rules))
    command("issue", "producer", "F-0001", "--format", "dc+sd-jwt")
    command("register_partner", connected.authority.did, "--active", "no")
    with pytest.raises(CommandError):
        command("sync_registry", "producers")
    assert IssuedCredential.objects.get().state == "valid"
    command("register_partner", connected.authority.did, "--active", "yes")
    assert command("sync_registry", "producers")["counts"] == {}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"mapping": None}, "one object"),
        ({"partner": "nobody.example"}, "names no partner"),
        ({"key_identifier": "NONE"}, "key_identifier names"),
        ({"mapping": {**MAPPINGS["farmers"], "template": {"name": "{national_id}"}}}, "key_identifier names"),
        ({"mapping": {**MAPPINGS["farmers"], "surplus": 1}}, "surplus.*known:"),
        ({"mapping": {n: v for n, v in MAPPINGS["farmers"].items() if n != "kind"}}, "says its kind"),
    ],
)
def test_what_is_declared_wrongly_is_refused_and_leaves_nothing(
    connected: Registry, tmp_path: Path, said: dict[str, Any], why: str
) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps({**connected.source, **said}))
    with pytest.raises(CommandError, match=why):
        command(
            "connect_registry", "wrong", "--connector", "spdci", "--source", str(path), "--authority", "other"
        )
    assert not Registry.objects.filter(slug="wrong").exists()
