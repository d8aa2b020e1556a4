"""Taking a message in: signed by whom it names, or at least with their token; and once."""

from datetime import datetime
from typing import Any

import pytest

from common.adapters.exchange.messages import receive_message
from common.adapters.exchange.partners import ExchangeLog, Partner
from common.adapters.exchange.registration import Registration, register_partner
from common.exchange.envelope import create_message
from common.exchange.errors import ExchangeError
from common.exchange.header import Header
from common.exchange.signature import create_signature
from common.keys import PrivateKey, jwk

pytestmark = pytest.mark.django_db
KEY = PrivateKey("Ed25519", bytes(31) + b"\x01")


def partner(sender_id: str = "a.example.org", **options: Any) -> Partner:
    found, _ = register_partner(Registration(sender_id, keys=jwk.encode(KEY.public_key), **options))
    return found


def message(now: datetime, **header: Any) -> dict[str, Any]:
    said = {"sender_id": "a.example.org", "receiver_id": "us", "message_id": "m-1"} | header
    return create_message(
        "spdci", Header(action="search", **said), {"transaction_id": "t-1"}, signer=KEY, now=now
    )


def taken(body: Any, now: datetime, **options: Any) -> Any:
    return receive_message("spdci", body, action="search", receiver_id="us", now=now, **options)


def test_a_message_is_logged_under_its_id_and_counts_once(now: datetime) -> None:
    partner()
    assert taken(message(now), now).partner.sender_id == "a.example.org"
    log = ExchangeLog.objects.get()
    assert (log.message_id, log.transaction_id, log.action, log.status) == ("m-1", "t-1", "search", "rcvd")
    with pytest.raises(ExchangeError) as refused:
        taken(message(now), now)
    assert refused.value.reason == "rjct.message_id.duplicate"
    assert taken(message(now, message_id="m-2"), now).log != log


def test_two_partners_may_use_the_same_id(now: datetime) -> None:
    partner()
    register_partner(Registration("b.example.org", keys=jwk.encode(KEY.public_key)))
    taken(message(now), now)
    taken(message(now, sender_id="b.example.org"), now)
    assert ExchangeLog.objects.count() == 2


def test_without_a_signature_a_token_must_say_who_it_is(now: datetime) -> None:
    known = partner(signature_required=False)
    body = message(now)
    del body["signature"]
    with pytest.raises(ExchangeError) as refused:
        taken(body, now)
    assert refused.value.code == "err.signature.missing"
    assert taken(body, now, bearer=known).partner == known


def test_a_kind_of_message_that_was_not_agreed_is_refused(now: datetime) -> None:
    partner(namespaces=["g2p"])
    with pytest.raises(ExchangeError) as refused:
        taken(message(now), now)
    assert refused.value.code == "err.sender_id.invalid"
    assert "registered for g2p, not for spdci" in refused.value.public


def test_who_is_meant_is_told_to_whoever_names_another(now: datetime) -> None:
    partner()
    with pytest.raises(ExchangeError, match="receiver_id is us here, or left out"):
        taken(message(now, receiver_id="them"), now)


def test_an_answer_may_leave_its_sender_to_the_token(now: datetime) -> None:
    known, other = partner(), partner("b.example.org")
    body = message(now, status="succ")
    body["header"].pop("sender_id")
    signed = {"header": body["header"], "message": body["message"]}
    body["signature"] = create_signature("spdci", signed, sender_id="a.example.org", signer=KEY, now=now)
    with pytest.raises(ExchangeError) as refused:
        taken(body, now)
    assert refused.value.code == "err.sender_id.invalid"
    with pytest.raises(ExchangeError):
        taken(body, now, bearer=other)
    assert taken(body, now, bearer=known).partner == known
