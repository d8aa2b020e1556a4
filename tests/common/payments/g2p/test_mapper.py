from datetime import UTC, datetime
from typing import Any

import pytest

from common.exchange.errors import ExchangeError
from common.keys import PrivateKey
from common.payments.address import parse_address
from common.payments.g2p import actions, mapper, status
from common.payments.g2p.disburse import Refusal
from common.payments.g2p.mapper import MapperItem, MapperStatus
from tests.api.openapi import answer_problems, request_problems
from tests.common.payments.g2p.test_disburse import enveloped

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
FILE = "g2p-connect/mapper_core_api_v1.0.0.yaml"
ANA, PHONE = parse_address("id:F-0001@farmer-registry"), parse_address("mobile:+59171234567@chaska")
ITEMS = {
    "link": MapperItem("R1", NOW, ANA, PHONE, "Ana"),
    "update": MapperItem("R1", NOW, ANA, PHONE),
    "unlink": MapperItem("R1", NOW, ANA),
    "resolve": MapperItem("R1", NOW, ANA, details=True),
}


@pytest.mark.parametrize("verb", mapper.VERBS)
def test_our_request_is_what_the_text_describes(verb: str, ana: PrivateKey) -> None:
    message = mapper.create_mapper_request(verb, "T1", [ITEMS[verb]])
    assert mapper.parse_mapper_request(verb, message) == ("T1", (ITEMS[verb],))
    for endpoint in (actions.MAPPER[verb], actions.SYNC_MAPPER[verb]):
        assert request_problems(FILE, f"/{endpoint.path}", enveloped(endpoint, message, ana)) == []


@pytest.mark.parametrize("verb", mapper.VERBS)
def test_our_answer_is_what_the_text_describes(verb: str, ana: PrivateKey) -> None:
    said = [MapperStatus("R1", "succ", NOW, id=str(ANA), fa=str(PHONE)), MapperStatus("R2", "rjct", NOW)]
    message = mapper.create_mapper_response(verb, "T1", said, correlation_id="C1")
    sync, later = actions.SYNC_MAPPER[verb], actions.MAPPER[verb]
    assert answer_problems(FILE, f"/{sync.path}", enveloped(sync, message, ana, answer=True)) == []
    assert request_problems(FILE, f"/{later.callback}", enveloped(later, message, ana, answer=True)) == []
    asked = status.create_status_response("T1", correlation_id="C1", kind=verb, status=message)
    for endpoint in (actions.MAPPER_STATUS, actions.SYNC_MAPPER_STATUS):
        body = enveloped(endpoint, asked, ana, answer=True)
        if endpoint.callback:
            assert request_problems(FILE, f"/{endpoint.callback}", body) == []
        else:
            assert answer_problems(FILE, f"/{endpoint.path}", body) == []
    parsed = mapper.parse_mapper_response(verb, message)
    assert [getattr(each, "status", None) for each in parsed] == ["succ", "rjct"]


@pytest.mark.parametrize("endpoint", [actions.MAPPER_STATUS, actions.SYNC_MAPPER_STATUS])
def test_our_question_is_what_the_text_describes(endpoint: actions.Endpoint, ana: PrivateKey) -> None:
    message = status.create_status_request("T1", reference_id="Q1", kind="link", references=["R1"])
    assert request_problems(FILE, f"/{endpoint.path}", enveloped(endpoint, message, ana)) == []


@pytest.mark.parametrize(
    ("verb", "wrong", "reason"),
    [
        ("link", {"timestamp": "now"}, "rjct.timestamp.invalid"),
        ("link", {"id": None}, "rjct.id.invalid"),
        ("link", {"fa": "cash"}, "rjct.fa.invalid"),
        ("link", {"name": 7}, "rjct.name.invalid"),
        ("update", {"fa": None}, "rjct.reference_id.invalid"),
        ("update", {"name": "x" * 201}, "rjct.beneficiary_name.invalid"),
        ("unlink", {"id": "x"}, "rjct.reference_id.invalid"),
        ("resolve", {"id": None, "fa": None}, "rjct.id.invalid"),
        ("resolve", {"fa": ["x"]}, "rjct.fa.invalid"),
        ("resolve", {"scope": "everything"}, "rjct.resolve_type.not_supported"),
    ],
)
def test_one_wrong_item_does_not_spoil_the_others(verb: str, wrong: dict[str, Any], reason: str) -> None:
    good = {"reference_id": "R1", "timestamp": "2026-11-22T03:00:00Z", "id": str(ANA), "fa": str(PHONE)}
    bad = {name: value for name, value in {**good, **wrong}.items() if value is not None}
    _, found = mapper.parse_mapper_request(
        verb, {"transaction_id": "T1", f"{verb}_request": [bad, {**good, "reference_id": "R2"}]}
    )
    assert found[0] == Refusal("R1", reason)
    assert isinstance(found[1], MapperItem)


def test_another_verbs_request_is_refused() -> None:
    with pytest.raises(ExchangeError):
        mapper.parse_mapper_request("link", mapper.create_mapper_request("unlink", "T1", [ITEMS["unlink"]]))


@pytest.mark.parametrize(
    "bad", [{"timestamp": "now"}, {"status": "found"}, {"timestamp": None}, {"fa": {"id": "x"}}, {"fa": 7}]
)
def test_one_item_of_an_answer_spoils_itself_alone(bad: dict[str, Any]) -> None:
    good = {"reference_id": "R1", "timestamp": "2026-11-22T03:00:00Z", "status": "succ", "fa": str(PHONE)}
    items = [good, {**good, "reference_id": "R2", **bad}]
    said = mapper.parse_mapper_response("resolve", {"transaction_id": "T1", "resolve_response": items})
    assert [getattr(each, "fa", None) for each in said] == [str(PHONE), None]


@pytest.mark.parametrize("nothing", [None, ""])
def test_optional_members_that_say_nothing_are_absent(nothing: Any) -> None:
    good = {"reference_id": "R1", "timestamp": "2026-11-22T03:00:00Z", "id": str(ANA)}
    for verb in ("unlink", "resolve"):
        more = {**good, "fa": nothing, "name": nothing, "scope": nothing}
        said = mapper.parse_mapper_request(verb, {"transaction_id": "T1", f"{verb}_request": [more]})
        assert said == mapper.parse_mapper_request(verb, {"transaction_id": "T1", f"{verb}_request": [good]})
