"""Delivered once: through failures, dead processes, and gateways that answer late or not at all."""

import json
import smtplib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.core import mail
from django.core.management import call_command
from pytest_django import Settings

from common.adapters.network import http
from common.errors import FetchError
from common.keys import jws
from common.notices import delivery
from common.notices.delivery import INTERRUPTED, LEASE, MOST_ATTEMPTS, deliver_notices, retry_notice
from common.notices.models import Notice
from common.notices.notify import Recipient, create_notices

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
FACTS = {"document": "Farmer card", "authority": "Farmer Registry", "date": "2026-11-21", "reference": "3F2A"}


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


class Gateway:
    def __init__(self) -> None:
        self.seen: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int | Exception] = []

    def __call__(self, method: str, url: str, headers: dict[str, str], body: bytes) -> http.HttpReply:
        self.seen.append((dict(headers), body))
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        return http.HttpReply(answer, b"{}")


@pytest.fixture
def gateway(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    """An SMS gateway that answers with what the test puts into `answers`, then 200."""
    settings.SMS_URL, settings.SMS_TOKEN = "https://sms.example/send", "secret"
    settings.SMS_FIELDS = {"to": "{to}", "message": "{text}", "ref": "{id}"}
    found = Gateway()
    monkeypatch.setattr(http, "transport", found)
    return found


def one(to: Recipient, key: str = "1", kind: str = "suspended", sender: str = "") -> Notice:
    create_notices(kind, key=key, to=to, facts=FACTS, now=NOW, sender=sender)
    return Notice.objects.latest("created_at")


def state() -> tuple[str, str]:
    found = Notice.objects.get()
    return found.state, found.problem


def test_an_email_goes_once(clock: Clock, settings: Settings) -> None:
    row = one(Recipient(addresses={"email": "ana@example.org"}, language="es"))
    assert deliver_notices(clock=clock) == {"sent": 1, "postponed": 0, "failed": 0}
    assert deliver_notices(clock=clock) == {"sent": 0, "postponed": 0, "failed": 0}
    [sent] = mail.outbox
    assert sent.to == ["ana@example.org"]
    assert sent.subject == "Un documento suyo está suspendido (3F2A)"
    assert "«Farmer card»" in sent.body
    assert sent.extra_headers["Message-ID"].startswith(f"<{row.id}@")
    assert sent.message()["Content-Language"] == "es"


def test_no_header_can_be_slipped_in(clock: Clock) -> None:
    facts = {**FACTS, "reference": "3F2A\r\nBcc: mallory@example.org", "document": "x\r\n\r\nPay here"}
    create_notices(
        "revoked", key="1", to=Recipient(addresses={"email": "ana@example.org"}), facts=facts, now=NOW
    )
    deliver_notices(clock=clock)
    [sent] = mail.outbox
    text = sent.message().as_string()
    assert "\nBcc" not in text
    assert sent.recipients() == ["ana@example.org"]


def test_without_settings_messages_lie_as_files(clock: Clock, settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    one(Recipient(addresses={"email": "ana@example.org", "phone": "+999712345678"}))
    assert deliver_notices(clock=clock)["sent"] == 2
    [letter] = (tmp_path / "mail").iterdir()
    assert "Subject: A document of yours is suspended" in letter.read_text()
    [sms] = (tmp_path / "sms").iterdir()
    assert json.loads(sms.read_text())["to"] == "+999712345678"
    assert sms.stat().st_mode & 0o077 == 0


def test_an_sms_is_what_the_gateway_wants_and_names_nothing(clock: Clock, gateway: Gateway) -> None:
    row = one(Recipient(addresses={"phone": "+999 712 345 678"}))
    assert deliver_notices(clock=clock)["sent"] == 1
    [(headers, body)] = gateway.seen
    assert parse_qs(body.decode()) == {
        "to": ["+999712345678"], "message": ["A document of yours is suspended (3F2A)"], "ref": [str(row.id)],
    }  # fmt: skip
    assert headers["Authorization"] == "Bearer secret"
    assert headers["Idempotency-Key"] == str(row.id)


def test_a_busy_gateway_is_asked_again_later_each_time(clock: Clock, gateway: Gateway) -> None:
    gateway.answers = [503, 429, http.NotReachedError("no")]
    one(Recipient(addresses={"phone": "+999712345678"}))
    pauses = []
    for _ in range(3):
        assert deliver_notices(clock=clock)["postponed"] == 1
        assert deliver_notices(clock=clock) == {"sent": 0, "postponed": 0, "failed": 0}
        pauses.append(Notice.objects.get().next_attempt_at - clock.now)
        clock.now = Notice.objects.get().next_attempt_at
    assert [pause.total_seconds() for pause in pauses] == [60, 120, 240]
    assert deliver_notices(clock=clock)["sent"] == 1
    assert state() == ("sent", "")
    assert len({headers["Idempotency-Key"] for headers, _ in gateway.seen}) == 1


def test_what_never_succeeds_is_given_up(clock: Clock, gateway: Gateway) -> None:
    gateway.answers = [503] * 100
    one(Recipient(addresses={"phone": "+999712345678"}))
    for _ in range(MOST_ATTEMPTS):
        deliver_notices(clock=clock)
        clock.pass_(hours=7)
    assert state()[0] == "failed"
    assert len(gateway.seen) == MOST_ATTEMPTS


@pytest.mark.parametrize("answer", [400, 404, 422])
def test_a_refusal_is_final(answer: int, clock: Clock, gateway: Gateway) -> None:
    gateway.answers = [answer]
    one(Recipient(addresses={"phone": "+999712345678"}))
    assert deliver_notices(clock=clock)["failed"] == 1


@pytest.mark.parametrize("answer", [500, 502, FetchError("This host does not answer.")])
def test_what_may_have_arrived_is_sent_again_only_where_twice_is_once(
    answer: int | Exception, clock: Clock, gateway: Gateway, settings: Settings
) -> None:
    gateway.answers = [answer]
    one(Recipient(addresses={"phone": "+999712345678"}))
    assert deliver_notices(clock=clock)["failed"] == 1
    Notice.objects.all().delete()
    settings.SMS_REPEATS, gateway.answers = True, [answer]
    one(Recipient(addresses={"phone": "+999712345678"}))
    assert deliver_notices(clock=clock)["postponed"] == 1
    clock.pass_(minutes=2)
    assert deliver_notices(clock=clock)["sent"] == 1


class Killed(BaseException):
    """The process ends here: nothing after it runs."""


def die_after_handing_over(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(delivery, "_release", die)
        with pytest.raises(Killed):
            deliver_notices(clock=clock)


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_killed_between_handing_over_and_writing_it_down(
    channel: str, clock: Clock, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    one(
        Recipient(addresses={"email": "ana@example.org"})
        if channel == "email"
        else Recipient(addresses={"phone": "+999712345678"})
    )
    die_after_handing_over(clock, monkeypatch)
    assert deliver_notices(clock=clock) == {"sent": 0, "postponed": 0, "failed": 0}  # it may live yet
    clock.now += LEASE
    assert deliver_notices(clock=clock)["failed"] == 1
    assert state() == ("failed", INTERRUPTED)
    assert len(mail.outbox) + len(gateway.seen) == 1


def test_killed_after_posting_an_event_it_goes_again_under_the_same_id(
    clock: Clock, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.NOTICE_SIGNERS = {"issuer": "tests.common.notices.test_inbox.signer_of"}
    row = one(Recipient(addresses={"webhook": "https://clinic.example/notices"}), sender="issuer/civil")
    die_after_handing_over(clock, monkeypatch)
    clock.now += LEASE
    assert deliver_notices(clock=clock)["sent"] == 1
    assert [jws.parse(body.decode()).claims()["jti"] for _, body in gateway.seen] == [str(row.id)] * 2


def test_two_processes_at_once(clock: Clock, gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one hands a notice over, the other finds nothing to do."""
    one(Recipient(addresses={"phone": "+999712345678"}))
    inner: list[dict[str, int]] = []
    carry = gateway.__call__

    def meanwhile(*args: Any) -> http.HttpReply:
        inner.append(deliver_notices(clock=clock))
        return carry(*args)

    monkeypatch.setattr(http, "transport", meanwhile)
    assert deliver_notices(clock=clock)["sent"] == 1
    assert inner == [{"sent": 0, "postponed": 0, "failed": 0}]
    assert len(gateway.seen) == 1


class Server:
    """A mail server that fails at one step."""

    def __init__(self, step: str, error: Exception) -> None:
        self.step, self.error = step, error

    def open(self) -> None:
        if self.step == "open":
            raise self.error

    def send_messages(self, messages: object) -> int:
        if self.step == "send":
            raise self.error
        return 1

    def close(self) -> None:
        pass


REFUSED = smtplib.SMTPRecipientsRefused({"ana@example.org": (550, b"no such user")})
GREYLISTED = smtplib.SMTPRecipientsRefused({"ana@example.org": (451, b"later")})


@pytest.mark.parametrize(
    ("step", "error", "outcome"),
    [
        ("open", ConnectionRefusedError(), "postponed"),
        ("open", smtplib.SMTPAuthenticationError(535, b"no"), "postponed"),
        ("send", REFUSED, "failed"),
        ("send", GREYLISTED, "postponed"),
        ("send", smtplib.SMTPDataError(554, b"spam"), "failed"),
        ("send", smtplib.SMTPDataError(452, b"full"), "postponed"),
        ("send", smtplib.SMTPServerDisconnected(), "failed"),  # it may have arrived
        ("send", TimeoutError(), "failed"),
    ],
)
def test_what_a_mail_server_can_say(
    step: str, error: Any, outcome: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("common.notices.channels.email.get_connection", lambda: Server(step, error))
    one(Recipient(addresses={"email": "ana@example.org"}))
    counts = deliver_notices(clock=clock)
    assert counts == {"sent": 0, "postponed": 0, "failed": 0} | {outcome: 1}
    assert "ana" not in state()[1]


def test_an_officer_may_send_it_again(clock: Clock, gateway: Gateway) -> None:
    gateway.answers = [500]
    row = one(Recipient(addresses={"phone": "+999712345678"}))
    deliver_notices(clock=clock)
    assert retry_notice(row, now=clock.now)
    assert not retry_notice(row, now=clock.now)
    assert deliver_notices(clock=clock)["sent"] == 1
    assert not retry_notice(row, now=clock.now)


def test_a_thousand_each_once(clock: Clock, gateway: Gateway) -> None:
    """More than one batch, every seventh of them at a busy moment."""
    for number in range(1_000):
        create_notices(
            "ready",
            key=str(number),
            to=Recipient(addresses={"phone": f"+9997{number:08d}"}),
            facts=FACTS,
            now=NOW,
        )
    gateway.answers = [503 if number % 7 == 0 else 200 for number in range(1_000)]
    assert deliver_notices(clock=clock) == {"sent": 857, "postponed": 143, "failed": 0}
    clock.pass_(minutes=2)
    assert deliver_notices(clock=clock) == {"sent": 143, "postponed": 0, "failed": 0}
    assert len({body for _, body in gateway.seen}) == 1_000
    assert not Notice.objects.exclude(state="sent").exists()


def test_old_ones_are_forgotten(clock: Clock) -> None:
    one(Recipient(addresses={"email": "ana@example.org"}))
    deliver_notices(clock=clock)
    clock.pass_(days=366)
    deliver_notices(clock=clock)
    assert not Notice.objects.exists()


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    one(Recipient(addresses={"email": "ana@example.org"}))
    call_command("deliver_notices", "--json")
    assert json.loads(capsys.readouterr().out) == {"sent": 1, "postponed": 0, "failed": 0}
