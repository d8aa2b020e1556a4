"""A notice is written with its event or not at all, once a channel, and holds nothing that is anybody's."""

from datetime import datetime

import pytest
from django.conf import settings
from django.db import transaction

from common.errors import UnknownPartError
from common.notices.channels import CHANNELS
from common.notices.channels.base import Channel
from common.notices.delivery import deliver_notices
from common.notices.languages import language_code
from common.notices.models import Notice
from common.notices.notify import ForbiddenFactError, Recipient, create_notices, one_line, open_notice

pytestmark = pytest.mark.django_db
ANA = Recipient(
    holder="thumbprint-of-ana",
    addresses={"email": "ana@example.org", "phone": "+999 712 345 678"},
    language="es",
    about="farmers/F-0001",
    note="address under review",
)
FACTS = {"document": "Farmer card", "authority": "Farmer Registry", "date": "2026-11-21", "reference": "3F2A"}


def test_one_notice_a_channel_and_the_same_event_once(now: datetime) -> None:
    assert create_notices("suspended", key="change 1", to=ANA, facts=FACTS, now=now) == 3
    assert create_notices("suspended", key="change 1", to=ANA, facts=FACTS, now=now) == 0
    assert create_notices("suspended", key="change 2", to=ANA, facts=FACTS, now=now) == 3
    assert create_notices("revoked", key="change 1", to=ANA, facts=FACTS, now=now) == 3
    states = dict(Notice.objects.filter(kind="revoked").values_list("channel", "state"))
    assert states == {"wallet": "sent", "email": "queued", "sms": "queued"}


def test_each_wallet_of_a_person_is_told_and_the_person_once(now: datetime) -> None:
    other = Recipient(
        addresses={"email": "ana.again@example.org"},
        holder="another-wallet",
    )
    create_notices("ready", key="1", to=ANA, facts=FACTS, now=now)
    assert create_notices("ready", key="1", to=other, facts=FACTS, now=now) == 1
    assert sorted(Notice.objects.values_list("channel", flat=True)) == ["email", "sms", "wallet", "wallet"]


def test_an_event_that_did_not_happen_is_not_told(now: datetime) -> None:
    with transaction.atomic():
        create_notices("ready", key="1", to=ANA, facts=FACTS, now=now)
        transaction.set_rollback(True)
    assert not Notice.objects.exists()


def test_rows_say_in_clear_neither_who_nor_why(now: datetime) -> None:
    create_notices("suspended", key="F-0001 secret event", to=ANA, facts=FACTS, now=now)
    rows = list(Notice.objects.all())
    text = str([[bytes(v) if isinstance(v, memoryview) else v for v in vars(row).values()] for row in rows])
    for secret in ("thumbprint-of-ana", "ana@example", "712345678", "F-0001", "secret event", "review"):
        assert secret not in text
    by_channel = {row.channel: open_notice(row) for row in rows}
    assert by_channel["email"] == ("ana@example.org", "farmers/F-0001", "", "")
    assert by_channel["sms"].address == "+999712345678"
    assert by_channel["wallet"].note == "address under review"


def test_a_row_cannot_stand_in_for_another(now: datetime) -> None:
    create_notices("ready", key="1", to=ANA, facts=FACTS, now=now)
    one, other = Notice.objects.filter(channel__in=("email", "sms"))
    one.recipient = other.recipient
    with pytest.raises(Exception, match="does not open"):
        open_notice(one)


@pytest.mark.parametrize("facts", [{"name": "Ana"}, {"amount": "45.00"}, {**FACTS, "record": "F-0001"}])
def test_only_facts_without_claims(facts: dict[str, str], now: datetime) -> None:
    with pytest.raises(ForbiddenFactError):
        create_notices("ready", key="1", to=ANA, facts=facts, now=now)
    with pytest.raises(UnknownPartError, match="known: changed"):
        create_notices("gossip", key="1", to=ANA, facts={}, now=now)


@pytest.mark.parametrize(
    "address",
    [
        "nobody",
        "ana@example.org\nBcc: mallory@example.org",
        "a@b, c@d.example",
        "ana@exämple.org",
        "<a@b.org>",
    ],
)
def test_an_address_that_is_none_is_never_tried(address: str, now: datetime) -> None:
    create_notices("ready", key="1", to=Recipient(addresses={"email": address}), facts=FACTS, now=now)
    [row] = Notice.objects.all()
    assert (row.state, row.problem) == ("failed", "The address is none.")


@pytest.mark.parametrize("number", ["12", "0800-CALL-ME", "+999712345678;rm", "1" * 16])
def test_a_number_that_is_none_is_never_tried(number: str, now: datetime) -> None:
    create_notices("ready", key="1", to=Recipient(addresses={"phone": number}), facts=FACTS, now=now)
    assert Notice.objects.get().state == "failed"


def test_nobody_to_tell(now: datetime) -> None:
    assert create_notices("ready", key="1", to=Recipient(), facts=FACTS, now=now) == 0


def test_facts_become_one_plain_line() -> None:
    assert one_line("Farmer\r\nBcc: mallory@example.org\u2028x") == "Farmer Bcc: mallory@example.org x"
    assert one_line("card\u202efdp.exe\0") == "cardfdp.exe"
    assert len(one_line("x" * 10_000)) == 200


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("es", "es"), ("ES-GT", "es"), ("Español", "es"), ("SPA", "es"), ("français", "fr"),
        ("العربية", "ar"), ("sw", "sw"), ("", "en"), (None, "en"),
        ("Klingonish", "en"), ("../../etc", "en"), ("zh_Hans", "zh"),
    ],
)  # fmt: skip
def test_languages_as_registers_write_them(written: object, code: str) -> None:
    assert language_code(written) == code


def test_a_kind_of_address_that_no_channel_has_is_refused(now: datetime) -> None:
    to = Recipient(addresses={"fax": "+999712345678"})
    with pytest.raises(UnknownPartError, match=r"Unknown kind of address 'fax'; known: .*email"):
        create_notices("ready", key="1", to=to, facts=FACTS, now=now)
    assert not Notice.objects.exists()


def test_a_further_channel_is_one_entry(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    toy = Channel(
        address="pigeon",
        valid=str.isalpha,
        deliver=lambda message: sent.append(message.address),
        repeats=lambda: True,
    )
    monkeypatch.setitem(CHANNELS, "pigeon", toy)
    to = Recipient(addresses={"pigeon": " Loft "})
    assert create_notices("ready", key="1", to=to, facts=FACTS, now=now) == 1
    assert deliver_notices(clock=lambda: now)["sent"] == 1
    assert sent == ["Loft"]


def test_a_channel_reads_settings_that_are_there() -> None:
    assert all(hasattr(settings, name) for channel in CHANNELS.values() for name in channel.settings)
