"""Headers, envelopes and acknowledgements: their shapes, and the schemas of the published texts."""

from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest
import yaml

from common.exchange.acknowledgement import (
    Acknowledgement,
    create_ack,
    create_http_error,
    create_refusal,
    parse_ack,
)
from common.exchange.envelope import create_message, parse_message, parse_timestamp
from common.exchange.errors import REASONS, STATUSES, ExchangeError
from common.exchange.header import Header
from common.keys import PrivateKey
from tests.conftest import shared

KEY = PrivateKey("Ed25519", bytes(31) + b"\x01")
TEXTS = ["spdci/registry_core_api_v1.0.0.yaml", "g2p-connect/disburse_core_api_v1.0.0.yaml"]
REQUEST = Header("m-1", "search", sender_id="a", receiver_id="b", sender_uri="https://a.example/on-search")
ANSWER = Header(
    "m-2",
    "on-search",
    sender_id="b",
    status="rjct",
    status_reason_code="rjct.total_count.invalid",
    completed_count=0,
)


def schema(text: str, name: str) -> dict[str, Any]:
    document = yaml.safe_load(shared(f"api/{text}").read_text())
    return {"$ref": f"#/components/schemas/{name}", "components": document["components"]}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    ("header", "name"), [(REQUEST, "MsgHeader_V1.0.0"), (ANSWER, "MsgCallbackHeader_V1.0.0")]
)
def test_what_is_written_is_read_and_fits_the_schema(
    text: str, header: Header, name: str, now: datetime
) -> None:
    body = create_message("spdci", header, {"transaction_id": "t"}, signer=KEY, now=now)
    jsonschema.validate(body["header"], schema(text, name))
    read = parse_message(body, action=header.action)
    assert read.header == Header(**{n: getattr(header, n) for n in Header.__slots__} | {"message_ts": now})
    assert read.message == {"transaction_id": "t"}


@pytest.mark.parametrize("text", TEXTS)
def test_the_codes_are_those_of_the_texts(text: str) -> None:
    schemas = yaml.safe_load(shared(f"api/{text}").read_text())["components"]["schemas"]
    assert set(STATUSES) == set(schemas["Error"]["properties"]["code"]["enum"])
    assert set(schemas["MsgHeaderStatusReasonCode"]["enum"]) == REASONS


BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "no message_id": ({"message_id": None}, "err.request.bad"),
    "an empty message_id": ({"message_id": ""}, "err.request.bad"),
    "a long message_id": ({"message_id": "m" * 201}, "err.request.bad"),
    "a message_id of two lines": ({"message_id": "m\n"}, "err.request.bad"),
    "a number for a message_id": ({"message_id": 1}, "err.request.bad"),
    "another action": ({"action": "subscribe"}, "rjct.action.invalid"),
    "no sender": ({"sender_id": ""}, "err.sender_id.invalid"),
    "no time zone": ({"message_ts": "2026-11-21T12:00:00"}, "rjct.message_ts.invalid"),
    "a day": ({"message_ts": "2026-11-21"}, "rjct.message_ts.invalid"),
    "no moment": ({"message_ts": 5}, "rjct.message_ts.invalid"),
    "a negative total": ({"total_count": -1}, "rjct.total_count.invalid"),
    "a total of true": ({"total_count": True}, "rjct.total_count.invalid"),
    "a swollen total": ({"total_count": 10**12}, "rjct.total_count.invalid"),
    "no total": ({"total_count": None}, "rjct.total_count.invalid"),
    "an older version": ({"version": "0.1.0"}, "rjct.version.invalid"),
    "an encrypted message": ({"is_msg_encrypted": True}, "err.encryption.invalid"),
    "an unknown status": ({"status": "fine"}, "err.request.bad"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_header_is_refused_with_its_code(name: str, now: datetime) -> None:
    changes, code = BROKEN[name]
    body = create_message("spdci", REQUEST, {}, signer=KEY, now=now)
    body["header"] = {k: v for k, v in {**body["header"], **changes}.items() if v is not None}
    with pytest.raises(ExchangeError) as refused:
        parse_message(body, action="search")
    assert code in (refused.value.code, refused.value.reason)


@pytest.mark.parametrize(
    "body", [None, [], {}, {"header": 1}, {"header": {}, "message": []}, {"header": {}, "signature": 1}]
)
def test_what_is_no_message_is_refused(body: object) -> None:
    with pytest.raises(ExchangeError):
        parse_message(body, action="search")


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "T", "2026T"])
def test_moments_at_the_edges_are_read_or_refused_but_never_break(text: str) -> None:
    moment = parse_timestamp(text)
    assert moment is None or moment.tzinfo is not None


def test_the_first_second_is_a_moment() -> None:
    assert parse_timestamp("1970-01-01T00:00:00Z") == datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("text", TEXTS)
def test_acknowledgements_fit_the_schema(text: str, now: datetime) -> None:
    document = yaml.safe_load(shared(f"api/{text}").read_text())
    content = document["components"]["responses"]["Response"]["content"]["application/json"]["schema"]
    check = {**content, "components": document["components"]}
    error = ExchangeError("No.", code="err.request.bad", reason="rjct.action.invalid")
    taken, refused = (
        create_ack(correlation_id="c", now=now),
        create_refusal(error, correlation_id="c", now=now),
    )
    for body in (taken, refused):
        jsonschema.validate(body, check)
    assert parse_ack(taken) == Acknowledgement("ACK", "c")
    assert parse_ack(refused) == Acknowledgement("ERR", "c", "err.request.bad", "rjct.action.invalid")
    assert create_http_error(error) == {
        "errors": [{"code": "err.request.bad", "message": "No. (rjct.action.invalid)"}]
    }


@pytest.mark.parametrize("body", [None, {}, {"message": 1}, {"message": {"ack_status": "YES"}}, []])
def test_silence_is_no_acknowledgement(body: object) -> None:
    with pytest.raises(ExchangeError):
        parse_ack(body)


@pytest.mark.parametrize("nothing", [None, ""])
@pytest.mark.parametrize(
    "name",
    ["version", "receiver_id", "sender_id", "sender_uri", "total_count", "completed_count", "meta",
     "status_reason_code", "status_reason_message", "is_msg_encrypted"],
)  # fmt: skip
def test_a_member_of_an_answer_that_says_nothing_is_absent(name: str, nothing: object, now: datetime) -> None:
    body = create_message("spdci", ANSWER, {}, signer=KEY, now=now)
    body["header"][name] = nothing
    left_out = {**body, "header": {n: v for n, v in body["header"].items() if n != name}}
    read = parse_message(body, action="on-search")
    assert read.header == parse_message(left_out, action="on-search").header
    assert read.signed["header"][name] is nothing, "what was signed stays as it came"


def test_members_of_a_message_that_say_nothing_are_absent_at_every_depth(now: datetime) -> None:
    said = {"a": None, "b": "", "c": {"d": None, "e": 0, "f": [None, {"g": ""}]}, "h": False}
    body = create_message("spdci", REQUEST, said, signer=KEY, now=now)
    assert parse_message(body, action="search").message == {"c": {"e": 0, "f": [None, {}]}, "h": False}
    body = {**create_message("spdci", REQUEST, None, signer=KEY, now=now), "message": None, "signature": None}
    read = parse_message(body, action="search")
    assert (read.message, read.signature) == ({}, "")


@pytest.mark.parametrize("wrong", [None, "", "five", "5", 5.5, -1, [5]])
def test_a_count_of_an_answer_that_cannot_be_read_spoils_nothing(wrong: object, now: datetime) -> None:
    body = create_message("spdci", ANSWER, {}, signer=KEY, now=now)
    body["header"] |= {"total_count": wrong, "completed_count": wrong}
    read = parse_message(body, action="on-search").header
    assert (read.total_count, read.completed_count) == (1, None)


def test_a_whole_number_with_a_point_is_one(now: datetime) -> None:
    body = create_message("spdci", REQUEST, {}, signer=KEY, now=now)
    body["header"]["total_count"] = 3.0
    assert parse_message(body, action="search").header.total_count == 3
