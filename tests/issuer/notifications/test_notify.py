"""People behind records, and organisations that may read them, hear what concerns them and no more."""

import json
from datetime import datetime, timedelta
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from common.errors import UnknownPartError
from common.keys import PrivateKey, jwk
from common.notices.messages import create_inbox_request
from common.notices.models import Notice
from common.notices.notify import inbox_of, open_notice
from common.notices.texts import KINDS, render
from issuer.models import (
    IssuedCredential,
    Record,
    Registry,
)
from issuer.notifications.notify import tell_holder, tell_person
from issuer.registries.contacts import contact_columns, set_contacts
from issuer.status.change import set_status
from tests.client_response import ClientResponse
from tests.issuer.notifications.notices_fixture import SENSITIVE, channels, issued

pytestmark = pytest.mark.django_db


def test_a_change_of_status_is_told_by_each_channel(
    credential: IssuedCredential, ana: PrivateKey, now: datetime
) -> None:
    set_status(credential, "suspended", reason="Address under review", actor="officer", now=now)
    assert channels() == ["email", "sms", "wallet"]
    notes = {row.channel: open_notice(row).note for row in Notice.objects.all()}
    assert notes == {"email": "", "sms": "", "wallet": "Address under review"}
    assert set(Notice.objects.values_list("kind", "language", "sender")) == {
        ("suspended", "es", "issuer/farmer-registry")
    }
    assert Notice.objects.get(channel="wallet").inbox == inbox_of(jwk.thumbprint(ana.public_key))
    set_status(credential, "valid", reason="It is right", actor="officer", now=now + timedelta(hours=1))
    assert Notice.objects.filter(kind="reinstated").count() == 3


def test_what_is_refused_is_not_told(credential: IssuedCredential, now: datetime) -> None:
    with pytest.raises(Exception, match="already"):
        set_status(credential, "valid", reason="x", actor="officer", now=now)
    assert not Notice.objects.exists()


def test_formats_of_one_card_make_one_email_and_each_wallet_hears(
    credential: IssuedCredential, registry: Registry, ana: PrivateKey, bruno: PrivateKey, now: datetime
) -> None:
    others = [issued(registry, ana, now, index=2, format_="ldp_vc"), issued(registry, bruno, now, index=3)]
    assert len({credential.holder_thumbprint, *(other.holder_thumbprint for other in others)}) == 2
    set_status(others[0], "revoked", reason="The parcel was sold", actor="officer", now=now)
    assert channels() == ["email", "sms", "wallet", "wallet"]
    assert Notice.objects.filter(channel="wallet").values("key").distinct().count() == 1


def test_a_bearers_credential_and_one_of_nobodys_record(registry: Registry, now: datetime) -> None:
    set_status(issued(registry, None, now), "revoked", reason="x", actor="officer", now=now)
    assert channels() == ["email", "sms"]
    Notice.objects.all().delete()
    free = issued(registry, None, now, index=2)
    IssuedCredential.objects.filter(pk=free.pk).update(configuration=None)
    free.refresh_from_db()
    set_status(free, "revoked", reason="x", actor="officer", now=now)
    assert not Notice.objects.exists()


def test_no_message_says_what_a_record_says(
    credential: IssuedCredential, registry: Registry, now: datetime
) -> None:
    """Whatever the kind and language: not a value of the record, on a locked screen or behind it."""
    record = Record.objects.get(registry=registry, key="F-0001")
    for number, kind in enumerate(sorted(KINDS)):
        tell_holder(credential, kind, key=f"a {number}", now=now, note="for the wallet alone")
        tell_person(registry, record, kind, key=f"b {number}", now=now)
    values = [value for name, value in SENSITIVE.items() if name != "language"]
    for row in Notice.objects.all():
        for language in ("en", "es", "fr", "ar"):
            _, text = render(row.kind, language, row.facts)
            said = f"{text.title} {text.text} {json.dumps(row.facts, ensure_ascii=False)}".casefold()
            assert not [value for value in values if value.casefold() in said]
            assert "for the wallet alone" not in said


def test_a_person_is_told_in_every_wallet_that_still_holds_something(
    registry: Registry, ana: PrivateKey, bruno: PrivateKey, mallory: PrivateKey, now: datetime
) -> None:
    issued(registry, ana, now, index=1)
    issued(registry, bruno, now, index=2)
    gone = issued(registry, mallory, now, index=3)
    IssuedCredential.objects.filter(pk=gone.pk).update(state="revoked")
    record = Record.objects.get(registry=registry, key="F-0001")
    assert tell_person(registry, record, "ready", key="1", now=now, document="Farmer card") == 4
    assert tell_person(registry, record, "ready", key="1", now=now, document="Farmer card") == 0
    assert Notice.objects.filter(channel="wallet").count() == 2


def test_the_wallet_asks_the_office(
    credential: IssuedCredential, ana: PrivateKey, mallory: PrivateKey, client: Client, settings: Settings
) -> None:
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    set_status(credential, "suspended", reason="Address under review", actor="officer", now=now)
    url = f"{settings.BASE_URL}/issuers/farmer-registry/notices"

    def ask(key: PrivateKey, jti: str) -> ClientResponse:
        token = create_inbox_request(audience=url, read=False, jti=jti, signer=key, now=now)
        return client.get(urlsplit(url).path, headers={"Authorization": f"Bearer {token}"})

    [found] = ask(ana, "1").json()["notices"]
    assert (found["kind"], found["note"], found["read"]) == ("suspended", "Address under review", False)
    assert "Ñusta" not in str(found)
    assert ask(ana, "1").status_code == 401  # once more
    assert ask(mallory, "1").json() == {"notices": []}
    assert client.get(urlsplit(url).path).status_code == 401
    assert client.get("/issuers/nobody/notices").status_code == 404
    assert ask(ana, "2").headers["Cache-Control"] == "no-store"


# --- contacts ---------------------------------------------------------------------------------------


def columns(*names: str) -> Registry:
    return Registry(columns=[{"name": name, "label": name, "type": "string"} for name in names])


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("E-mail", "Teléfono", "Idioma"), {"email": "E-mail", "phone": "Teléfono", "language": "Idioma"}),
        (("phone_number", "preferred_language"), {"phone": "phone_number", "language": "preferred_language"}),
        (("id", "mother_phone", "guardian_email", "emailed_on", "language_of_parents"), {}),
        (("Correo electrónico", "celular"), {"email": "Correo electrónico", "phone": "celular"}),
    ],
)  # fmt: skip
def test_contacts_are_guessed_by_name(names: tuple[str, ...], found: dict[str, str]) -> None:
    assert contact_columns(columns(*names)) == found


def test_contacts_are_declared(registry: Registry) -> None:
    set_contacts(registry, {"email": "", "phone": "national_id"})
    registry.refresh_from_db()
    assert contact_columns(registry) == {"phone": "national_id", "language": "language"}
    set_contacts(registry, {"phone": "", "language": ""})
    assert contact_columns(registry) == {}
    with pytest.raises(Exception, match="no column"):
        set_contacts(registry, {"email": "mail"})
    with pytest.raises(UnknownPartError, match="Unknown contact 'fax'; known: email, language, phone"):
        set_contacts(registry, {"fax": "phone"})


def test_the_command(registry: Registry) -> None:
    def run(*arguments: str) -> dict[str, str]:
        out = StringIO()
        call_command("set_contacts", "farmer-registry", *arguments, "--json", stdout=out)
        found: dict[str, str] = json.loads(out.getvalue())
        return found

    assert run() == {
        "registry": "farmer-registry",
        "email": "email",
        "phone": "phone",
        "language": "language",
    }
    assert run("--phone", "")["phone"] == ""
    assert run()["phone"] == ""
    with pytest.raises(CommandError, match="no column"):
        run("--email", "nothing")
