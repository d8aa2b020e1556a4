"""Sessions: their rows open nothing and say nothing, and they end."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from common.site import sessions
from common.site.sessions import IDLE, LONGEST, SessionStore

OFFICER = ("rosa", "a long password for a desk")


@pytest.fixture
def officer(db: None) -> User:
    return User.objects.create_user(OFFICER[0], password=OFFICER[1])


@pytest.fixture
def hour(monkeypatch: pytest.MonkeyPatch, now: datetime) -> SimpleNamespace:
    """A clock that a test moves on."""
    clock = SimpleNamespace(now=now.timestamp())
    monkeypatch.setattr(sessions, "time", SimpleNamespace(time=lambda: clock.now))
    return clock


def sign_in(client: Client) -> None:
    answer = client.post("/office/sign-in", {"username": OFFICER[0], "password": OFFICER[1]})
    assert answer.status_code == 302


def is_in(client: Client) -> bool:
    return client.get("/office/").status_code == 200


def as_cookie(value: str) -> Client:
    client = Client()
    client.cookies["sessionid"] = value
    return client


def test_a_row_is_no_cookie(client: Client, officer: User) -> None:
    sign_in(client)
    row = Session.objects.get()
    assert is_in(client)
    assert not is_in(as_cookie(row.session_key))
    assert not is_in(as_cookie(row.session_key[:32]))


def test_a_row_says_nothing(client: Client, officer: User) -> None:
    sign_in(client)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM django_session")
        [row] = cursor.fetchall()
    text = " ".join(map(str, row))
    assert client.cookies["sessionid"].value not in text
    assert "auth" not in text
    moment = row[2] if isinstance(row[2], datetime) else datetime.fromisoformat(str(row[2]))
    assert (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)


def test_a_row_under_another_name_does_not_open(client: Client, officer: User) -> None:
    """Whoever writes into the table cannot lend an officer's session to themselves."""
    sign_in(client)
    other = SessionStore()
    other.create()
    assert other.session_key is not None
    Session.objects.filter(session_key=sessions._name(other.session_key)).update(
        session_data=Session.objects.get(session_key=sessions._name(client.session.session_key)).session_data
    )
    assert not is_in(as_cookie(other.session_key))


def test_the_table_keeps_no_order(db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite numbers rows by itself")
    with connection.cursor() as cursor:
        cursor.execute("SELECT wr FROM pragma_table_list WHERE name = 'django_session'")
        assert cursor.fetchone() == (1,)


def test_an_idle_session_ends(client: Client, officer: User, hour: SimpleNamespace) -> None:
    sign_in(client)
    hour.now += IDLE.total_seconds() - 60
    assert is_in(client)
    hour.now += IDLE.total_seconds() - 60  # it was used meanwhile
    assert is_in(client)
    hour.now += IDLE.total_seconds() + 1
    assert not is_in(client)


def test_an_officer_who_is_always_there_signs_in_again_in_hours(
    client: Client, officer: User, hour: SimpleNamespace
) -> None:
    sign_in(client)
    began = hour.now
    while hour.now - began < LONGEST.total_seconds() - 600:
        hour.now += 600
        assert is_in(client)
    cookie = client.cookies["sessionid"].value
    hour.now += 601
    assert not is_in(client)
    assert not is_in(as_cookie(cookie))


def test_another_sign_in_in_the_same_browser_does_not_prolong_the_first(
    client: Client, officer: User, hour: SimpleNamespace
) -> None:
    sign_in(client)
    hour.now += IDLE.total_seconds() - 1
    session = client.session
    session.cycle_key()
    session.save()
    assert session.session_key is not None
    client.cookies["sessionid"] = session.session_key
    for _ in range(4):
        hour.now += IDLE.total_seconds() - 1
        still = is_in(client)
    assert not still


def test_signing_out_and_a_new_password_end_it(client: Client, officer: User) -> None:
    sign_in(client)
    cookie = client.cookies["sessionid"].value
    client.post("/office/sign-out")
    assert not is_in(as_cookie(cookie))
    sign_in(client)
    officer.set_password("another long password")
    officer.save()
    assert not is_in(client)


def test_an_identifier_that_a_stranger_made_up_is_not_taken_on(client: Client, officer: User) -> None:
    planted = as_cookie("x" * 32)
    sign_in(planted)
    assert planted.cookies["sessionid"].value != "x" * 32
    assert not is_in(as_cookie("x" * 32))


def test_rows_of_the_past_are_swept(db: None) -> None:
    past = datetime.now(UTC) - timedelta(days=2)
    Session.objects.create(session_key="old", session_data="x", expire_date=past)
    SessionStore().create()
    assert not Session.objects.filter(session_key="old").exists()


def test_what_cannot_be_read_is_no_session(client: Client, officer: User) -> None:
    sign_in(client)
    for junk in ("", "x", "!", "A" * 200):
        Session.objects.update(session_data=junk)
        assert not is_in(client)
