"""People behind records, and organisations that may read them, hear what concerns them and no more."""

import json
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from common.errors import UnknownPartError
from common.keys import PrivateKey, jwk
from common.notices.messages import create_inbox_request
from common.notices.models import Notice, Subscriber
from common.notices.notify import inbox_of, open_notice
from common.notices.texts import KINDS, render
from issuer.models import (
    AccessLog,
    Basis,
    Consent,
    DataAgreement,
    IssuedCredential,
    Record,
    Registry,
    StatusList,
)
from issuer.notifications.notify import tell_holder, tell_person
from issuer.record_access.log import RecordAccess, log_read
from issuer.registries.contacts import contact_columns, set_contacts
from issuer.status.change import set_status
from tests.client_response import ClientResponse
from tests.issuer.protocol import make_farmers

pytestmark = pytest.mark.django_db
CLINIC = "did:web:clinic.example"
SENSITIVE = {
    "farmer_id": "F-0001", "given_name": "Ñusta", "family_name": "Quispe Mamani", "national_id": "40170001",
    "crop": "quinoa", "email": "nusta@example.org", "phone": "+999 712 345 678", "language": "Español",
}  # fmt: skip


@pytest.fixture
def registry() -> Registry:
    found = make_farmers().registry
    found.columns = [{"name": name, "label": name, "type": "string"} for name in SENSITIVE]
    found.save()
    Record.objects.filter(registry=found, key="F-0001").update(data=SENSITIVE)
    return found


@pytest.fixture
def credential(registry: Registry, ana: PrivateKey, now: datetime) -> IssuedCredential:
    return issued(registry, ana, now)


def issued(
    registry: Registry,
    key: PrivateKey | None,
    now: datetime,
    *,
    index: int = 1,
    format_: str = "dc+sd-jwt",
    record: str = "F-0001",
) -> IssuedCredential:
    configuration = registry.configurations.get()
    status_list, _ = StatusList.objects.get_or_create(
        authority=configuration.authority, kind="token", number=1
    )
    return IssuedCredential.objects.create(
        configuration=configuration, record_key=record, format=format_, status_list=status_list,
        status_index=index, issued_at=now, expires_at=now + timedelta(days=365),
        holder_thumbprint=jwk.thumbprint(key.public_key) if key else "",
    )  # fmt: skip


def channels() -> list[str]:
    return sorted(Notice.objects.values_list("channel", flat=True))


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


# --- who reads --------------------------------------------------------------------------------------


def read(
    registry: Registry,
    now: datetime,
    *,
    client: str = CLINIC,
    key: str = "F-0001",
    number: int = 1,
    basis: str = "consent",
    by: str = "",
) -> AccessLog:
    access = RecordAccess(
        request_id=f"r-{number}", client_id=client, client_name="Clinic", purpose="Care",
        attributes=["crop"], basis=basis, legal_basis="Law 1" if basis == "law" else "",
        record_key=key, holder_thumbprint=by,
    )  # fmt: skip
    return log_read(registry, access, now=now)


def test_a_reading_is_told_once_a_day_for_each_reader(
    credential: IssuedCredential, registry: Registry, now: datetime
) -> None:
    for number in range(3):
        read(registry, now, number=number)
    assert channels() == ["email", "sms", "wallet"]
    assert open_notice(Notice.objects.get(channel="wallet")).note == "Clinic: Care"
    read(registry, now, client="did:web:other.example")
    read(registry, now + timedelta(days=1))
    assert Notice.objects.filter(channel="email").count() == 3


def test_who_agreed_with_another_authoritys_card_hears_of_the_reading(
    credential: IssuedCredential, registry: Registry, ana: PrivateKey, bruno: PrivateKey, now: datetime
) -> None:
    keys = [jwk.thumbprint(key.public_key) for key in (ana, bruno)]
    for number, by in enumerate([keys[1], keys[1], keys[0], ""]):
        read(registry, now, number=number, by=by)
    assert channels() == ["email", "sms", "wallet", "wallet"]
    inboxes = Notice.objects.filter(channel="wallet").values_list("inbox", flat=True)
    assert set(inboxes) == {inbox_of(key) for key in keys}


def test_a_reading_that_is_undone_is_not_told(
    credential: IssuedCredential, registry: Registry, now: datetime
) -> None:
    from django.db import transaction

    with transaction.atomic():
        read(registry, now)
        transaction.set_rollback(True)
    assert not Notice.objects.exists()
    assert not AccessLog.objects.exists()


# --- organisations ----------------------------------------------------------------------------------


def subscribe(
    client: str = CLINIC, kinds: tuple[str, ...] = ("revoked", "suspended"), **more: bool
) -> Subscriber:
    return Subscriber.objects.create(
        sender="issuer/farmer-registry", name="Clinic", client_id=client, url=f"https://{client[8:]}/notices",
        kinds=list(kinds), **more,
    )  # fmt: skip


def agree(
    registry: Registry,
    now: datetime,
    *,
    basis: Basis = Basis.CONSENT,
    client: str = CLINIC,
    **consent: Any,
) -> DataAgreement:
    agreement = DataAgreement.objects.create(
        authority=registry.authority, registry=registry, client_id=client, client_name="C", purpose="Care",
        evidence_types=[], evidence_issuers=[], evidence_claim="national_id", matching_column="national_id",
        attributes=["crop"], basis=basis, legal_basis="Law 1" if basis == Basis.LAW else "",
    )  # fmt: skip
    if basis == Basis.CONSENT:
        Consent.objects.create(
            **{
                "agreement": agreement, "record_key": "F-0001", "holder_thumbprint": "x", "client_id": client,
                "purpose": "Care", "attributes": ["crop"], "how": Consent.How.SIGNED, "given_at": now,
                "expires_at": now + timedelta(days=30), "sealed_evidence": b"", **consent,
            }
        )  # fmt: skip
    return agreement


def webhooks() -> list[Notice]:
    return list(Notice.objects.filter(channel="webhook"))


def test_an_organisation_with_a_consent_that_stands_hears_identifier_and_state_alone(
    credential: IssuedCredential, registry: Registry, now: datetime
) -> None:
    subscribe()
    agree(registry, now)
    set_status(credential, "revoked", reason="The person died", actor="officer", now=now)
    [row] = webhooks()
    assert row.facts == {"reference": credential.urn, "date": now.date().isoformat()}
    assert open_notice(row) == ("https://clinic.example/notices", "farmer-registry/F-0001", "", "")


@pytest.mark.parametrize(
    "ended",
    [{"withdrawn_at": "now"}, {"expires_at": "now"}, {"record_key": "F-0002"}, {"how": Consent.How.SHOWN}],
)
def test_what_does_not_concern_it_any_more_it_does_not_hear(
    ended: dict[str, Any], credential: IssuedCredential, registry: Registry, now: datetime
) -> None:
    subscribe()
    changed: dict[str, Any] = {name: now if value == "now" else value for name, value in ended.items()}
    agree(registry, now, **changed)
    set_status(credential, "revoked", reason="x", actor="officer", now=now)
    assert webhooks() == []


def test_a_laws_reader_hears_of_those_whom_it_has_read(
    credential: IssuedCredential, registry: Registry, now: datetime
) -> None:
    subscribe()
    agree(registry, now, basis=Basis.LAW)
    set_status(credential, "suspended", reason="x", actor="officer", now=now)
    assert webhooks() == []
    read(registry, now, basis="law")
    set_status(credential, "revoked", reason="x", actor="officer", now=now)
    assert len(webhooks()) == 1


def test_only_the_kinds_that_it_asked_for(
    credential: IssuedCredential, registry: Registry, now: datetime
) -> None:
    subscribe(kinds=("expiring",))
    subscribe(client="did:web:other.example")
    subscribe(client="did:web:gone.example", active=False)
    agree(registry, now)
    set_status(credential, "revoked", reason="x", actor="officer", now=now)
    assert webhooks() == []


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


# --- at the office ----------------------------------------------------------------------------------


@pytest.fixture
def desk(client: Client, registry: Registry, django_user_model: type[User]) -> Client:
    user = django_user_model.objects.create_user("fatima", password="a-long-password")
    registry.authority.officers.add(user)
    client.force_login(user)
    return client


def test_an_officer_sees_whom_nobody_could_tell(
    credential: IssuedCredential, registry: Registry, desk: Client, now: datetime
) -> None:
    Record.objects.filter(registry=registry).update(data={**SENSITIVE, "email": "no address", "phone": ""})
    set_status(credential, "suspended", reason="x", actor="officer", now=now)
    assert "1 notice reached nobody" in desk.get("/office/").content.decode()
    page = desk.get("/office/notices").content.decode()
    assert "The address is none." in page
    assert f">{credential.record_key}</a>" in page
    assert "no address" not in page
    row = Notice.objects.get(channel="email")
    assert desk.get(f"/office/notices/{row.id}/again").status_code == 405
    again = desk.post(f"/office/notices/{row.id}/again", follow=True).content.decode()
    assert "Correct the record first" in again
    Record.objects.filter(registry=registry).update(data=SENSITIVE)
    assert desk.post(f"/office/notices/{row.id}/again").status_code == 302
    row.refresh_from_db()
    assert (row.state, open_notice(row).address) == ("queued", "nusta@example.org")
    assert "Every notice was delivered." in desk.get("/office/notices").content.decode()


def test_what_another_office_could_not_tell_is_not_there(
    credential: IssuedCredential, client: Client, django_user_model: type[User], now: datetime
) -> None:
    Record.objects.update(data={**SENSITIVE, "email": "no address"})
    set_status(credential, "suspended", reason="x", actor="officer", now=now)
    other = make_farmers("other-registry", name="other").registry
    user = django_user_model.objects.create_user("mallory", password="a-long-password")
    other.authority.officers.add(user)
    client.force_login(user)
    row = Notice.objects.get(channel="email")
    assert "Every notice was delivered." in client.get("/office/notices").content.decode()
    assert client.post(f"/office/notices/{row.id}/again").status_code == 404
    client.logout()
    assert client.get("/office/notices").status_code == 302
