"""An inbox opens to its key alone, each question once; an event counts by its sender's own key alone."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from common.keys import PrivateKey, Signer, jwk, jws
from common.notices.channels import webhook
from common.notices.channels.base import Message, UndeliverableError
from common.notices.inbox import read_inbox
from common.notices.messages import (
    EVENT_TYPE,
    NoticeRefusedError,
    create_inbox,
    create_inbox_request,
    create_webhook_event,
    parse_inbox,
    verify_webhook_event,
)
from common.notices.models import Notice
from common.notices.notify import Recipient, create_notices
from tests.tampering import flip

HERE = "https://office.example/issuers/civil/notices"
FACTS = {
    "document": "Birth certificate",
    "authority": "Civil Registry",
    "date": "2026-11-21",
    "reference": "9C",
}
DID = "did:web:office.example:issuers:civil"


def signer_of(name: str) -> Signer:
    return PrivateKey("P-256", bytes(31) + b"\x21").named(f"{DID}#p256-1")


@pytest.fixture
def told(db: None, ana: PrivateKey, now: datetime) -> None:
    to = Recipient(holder=jwk.thumbprint(ana.public_key), language="ar", note="Address under review")
    create_notices("suspended", key="1", to=to, facts=FACTS, now=now, sender="issuer/civil")


def ask(key: Signer, now: datetime, *, jti: str = "j1", read: bool = False, audience: str = HERE) -> str:
    return create_inbox_request(audience=audience, read=read, jti=jti, signer=key, now=now)


def test_the_holder_reads_it(told: None, ana: PrivateKey, now: datetime) -> None:
    [found] = read_inbox(ask(ana, now), audience=HERE, sender="issuer/civil", now=now)
    assert (found.kind, found.language, found.direction, found.read) == ("suspended", "ar", "rtl", False)
    assert found.note == "Address under review"
    assert parse_inbox(create_inbox([found])) == (found,)


def test_looking_marks_it_as_read_and_counting_does_not(told: None, ana: PrivateKey, now: datetime) -> None:
    def new(jti: str, *, read: bool) -> list[bool]:
        token = ask(ana, now, jti=jti, read=read)
        return [not each.read for each in read_inbox(token, audience=HERE, sender="issuer/civil", now=now)]

    assert new("1", read=False) == [True]
    assert new("2", read=True) == [True]  # the page still says that it is new
    assert new("3", read=False) == [False]
    assert Notice.objects.get().state == "read"


def test_mallory_finds_her_own_inbox_empty(told: None, mallory: PrivateKey, now: datetime) -> None:
    assert read_inbox(ask(mallory, now), audience=HERE, sender="issuer/civil", now=now) == []


def test_mallory_cannot_speak_for_anas_key(
    told: None, ana: PrivateKey, mallory: PrivateKey, now: datetime
) -> None:
    claims = {"aud": HERE, "iat": int(now.timestamp()), "jti": "x", "read": True}
    header = {"typ": "notices+jwt", "jwk": jwk.encode(ana.public_key)}
    with pytest.raises(NoticeRefusedError):
        read_inbox(jws.sign(header, claims, signer=mallory), audience=HERE, sender="issuer/civil", now=now)
    assert Notice.objects.get().state == "sent"


def test_a_question_counts_once(told: None, ana: PrivateKey, now: datetime) -> None:
    token = ask(ana, now)
    read_inbox(token, audience=HERE, sender="issuer/civil", now=now)
    with pytest.raises(NoticeRefusedError, match="before"):
        read_inbox(token, audience=HERE, sender="issuer/civil", now=now)


@pytest.mark.parametrize("late", [timedelta(minutes=3), timedelta(minutes=-2)])
def test_a_question_lives_shortly(told: None, ana: PrivateKey, now: datetime, late: timedelta) -> None:
    with pytest.raises(NoticeRefusedError, match="long ago"):
        read_inbox(ask(ana, now), audience=HERE, sender="issuer/civil", now=now + late)


def test_a_question_for_somebody_else(told: None, ana: PrivateKey, now: datetime) -> None:
    token = ask(ana, now, audience="https://office.example/issuers/social/notices")
    with pytest.raises(NoticeRefusedError, match="somebody else"):
        read_inbox(token, audience=HERE, sender="issuer/civil", now=now)


def test_another_token_of_the_same_key_is_no_question(told: None, ana: PrivateKey, now: datetime) -> None:
    claims = {"aud": HERE, "iat": int(now.timestamp()), "jti": "x"}
    header = {"typ": "access-log+jwt", "jwk": jwk.encode(ana.public_key)}
    with pytest.raises(NoticeRefusedError):
        read_inbox(jws.sign(header, claims, signer=ana), audience=HERE, sender="issuer/civil", now=now)


def test_one_sender_does_not_tell_what_another_said(told: None, ana: PrivateKey, now: datetime) -> None:
    for number, (sender, found) in enumerate(
        {"issuer/social": 0, "verifier": 0, "issuer/civ": 0, "issuer/civil": 1}.items()
    ):
        token = ask(ana, now, jti=str(number))
        assert len(read_inbox(token, audience=HERE, sender=sender, now=now)) == found


@pytest.mark.parametrize(
    "answer",
    [{}, {"notices": 1}, {"notices": [1]}, {"notices": [{"id": "x"}]}, {"notices": [{"id": "x" * 2_000}]}],
)
def test_an_answer_that_is_no_inbox(answer: dict[str, Any]) -> None:
    with pytest.raises(NoticeRefusedError):
        parse_inbox(answer)


CLINIC = "https://clinic.example/notices"


class Keys:
    """The DID documents that a receiver resolves."""

    def method(self, kid: str, *, purpose: str) -> object:
        assert purpose == "authentication"
        return SimpleNamespace(public_key=signer_of("civil").public_key)


def check(token: str, now: datetime, audience: str = CLINIC) -> Any:
    return verify_webhook_event(token, audience=audience, senders=[DID], sources=Keys(), now=now)  # type: ignore[arg-type]


def event(now: datetime, signer: Signer) -> str:
    return create_webhook_event(
        audience=CLINIC,
        kind="revoked",
        reference="urn:uuid:1",
        date="2026-11-21",
        jti="n1",
        signer=signer,
        now=now,
    )


def test_an_organisation_learns_reference_and_state(now: datetime) -> None:
    token = event(now, signer_of("civil"))
    assert jws.parse(token).claims().keys() == {"iss", "aud", "iat", "jti", "kind", "reference", "date"}
    found = check(token, now)
    assert (found.sender, found.kind, found.reference, found.jti) == (DID, "revoked", "urn:uuid:1", "n1")


def test_a_forged_event(now: datetime, mallory: PrivateKey) -> None:
    with pytest.raises(NoticeRefusedError):
        check(event(now, mallory.named(f"{DID}#p256-1")), now)
    with pytest.raises(NoticeRefusedError, match="nobody"):
        check(event(now, mallory.named("did:web:mallory.example#k")), now)
    header = {"typ": EVENT_TYPE, "kid": "did:web:mallory.example#k"}
    claims = {"iss": DID, "aud": CLINIC, "iat": int(now.timestamp()), "jti": "1"}
    with pytest.raises(NoticeRefusedError, match="nobody"):
        check(jws.sign(header, claims, signer=mallory), now)


def test_an_event_for_another_or_of_another_time(now: datetime) -> None:
    token = event(now, signer_of("civil"))
    with pytest.raises(NoticeRefusedError, match="somebody else"):
        check(token, now, audience="https://bank.example/notices")
    with pytest.raises(NoticeRefusedError, match="long ago"):
        check(token, now + timedelta(minutes=3))
    with pytest.raises(NoticeRefusedError):
        check(flip(token), now)


@pytest.mark.parametrize(
    "address", ["http://clinic.example/", "file:///etc/passwd", "https://u@clinic.example/", "x"]
)
def test_addresses_that_nothing_is_posted_to(address: str) -> None:
    assert not webhook.valid(address)


def test_nobody_signs_for_an_unknown_sender(settings: Any) -> None:
    message = Message("1", "ready", "mallory/x", CLINIC, "en", "t", "t", {})
    with pytest.raises(UndeliverableError):
        webhook.deliver(message)
