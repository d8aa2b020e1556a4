"""An OpenCRVS as a registry: asked by the searches of its events API, followed by what changed there."""

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from common.adapters.network import http
from common.registries.connector import RecordNotFoundError
from common.registries.opencrvs.search import (
    OpenCrvsResponseError,
    OpenCrvsSourceError,
    parse_opencrvs_source,
)
from issuer.configurations.types import create_configuration
from issuer.issuance.credential_request import issue_directly
from issuer.models import IssuedCredential, Registry
from issuer.registries.connect import connect_registry
from issuer.registries.connectors import open_registry
from issuer.sync.rules import set_rules
from issuer.sync.run import sync
from tests.issuer.rules_fixture import AT, REMOVED

pytestmark = pytest.mark.django_db
SOURCE: dict[str, Any] = {
    "search_url": "https://register.example.org/api/events/events/search",
    "token_url": "https://auth.example.org/token",
    "client_id": "sello",
    "secret_env": "OPENCRVS_SECRET",
    "event": "birth",
    "columns": {
        "given_names": "declaration/child.name/firstname",
        "national_id": "declaration/child.nid",
        "birth_date": "dateOfEvent",
    },
}


def event(number: int, *, at: str = "", status: str = "REGISTERED", **said: Any) -> dict[str, Any]:
    """An EventIndex, as OpenCRVS 2 answers with."""
    moment = at or f"2026-11-0{number}T10:00:00.000Z"
    return {
        "id": f"event-{number}",
        "type": "birth",
        "status": status,
        "updatedAt": moment,
        "dateOfEvent": "2026-10-30",
        "legalStatuses": {
            "REGISTERED": {
                "registrationNumber": f"2026B{number:03}",
                "acceptedAt": "2026-11-01T09:00:00.000Z",
            }
        },
        "declaration": {
            "child.name": {"firstname": f"Ñusta {number}", "surname": "Roca"},
            "child.nid": f"N-{number}",
            **said,
        },
    }


def reply(status: int, body: bytes) -> http.HttpReply:
    return http.HttpReply(status=status, headers={"content-type": "application/json"}, body=body)


class OpenCrvs:
    """The search of the events API, as far as its schema (SearchQuery) is used; whatever else is refused."""

    def __init__(self) -> None:
        self.events = [event(number) for number in range(1, 6)]
        self.asked: list[dict[str, Any]] = []
        self.down = False
        self.cap, self.total, self.same = 50, "right", None  # type: int, Any, http.HttpReply | None

    def __call__(self, method: str, url: str, headers: Any, body: bytes | None) -> http.HttpReply:
        parts = urlsplit(url)
        if self.down:
            return reply(502, b"<html>")
        if parts.path == "/token":
            query = parse_qs(parts.query)
            right = query["client_secret"] == ["hush"] and query["grant_type"] == ["client_credentials"]
            return reply(200 if right else 401, json.dumps({"access_token": "t0ken"}).encode())
        assert (method, headers["Authorization"]) == ("POST", "Bearer t0ken")
        asked = json.loads(body or b"")
        self.asked.append(asked)
        [clause] = asked["query"]["clauses"]
        found = [one for one in self.events if self._fits(one, clause)]
        found.sort(key=lambda one: str(one["updatedAt"]), reverse=asked["sort"][0]["direction"] == "desc")
        if self.same is not None:
            return self.same
        page = found[asked["offset"] : asked["offset"] + min(asked["limit"], self.cap)]
        total = len(found) if self.total == "right" else self.total
        return reply(200, json.dumps({"results": page, "total": total}).encode())

    @staticmethod
    def _fits(one: dict[str, Any], clause: dict[str, Any]) -> bool:
        for name, condition in clause.items():
            if name == "eventType":
                fits = one["type"] == condition
            elif name == "data":
                [(field, wanted)] = condition.items()
                value = one["declaration"].get(field, "")
                fits = (
                    value == wanted["term"]
                    if wanted["type"] == "exact"
                    else wanted["gte"] <= value <= wanted["lte"]
                )
            elif condition["type"] == "range":
                said = one[name]
                odd = not isinstance(said, str) or not said[:1].isdigit()
                fits = odd or condition["gte"] <= said <= condition["lte"]
            else:
                said = {
                    "status": one["status"],
                    "legalStatuses.REGISTERED.registrationNumber": one["legalStatuses"]
                    .get("REGISTERED", {})
                    .get("registrationNumber"),
                }[name]
                fits = condition["type"] == "exact" and said == condition["term"]
            if not fits:
                return False
        return True


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> OpenCrvs:
    opencrvs = OpenCrvs()
    monkeypatch.setattr(http, "transport", opencrvs)
    monkeypatch.setenv("OPENCRVS_SECRET", "hush")
    monkeypatch.setattr(http, "allowed_url", lambda url: url)
    return opencrvs


def connect(**changes: Any) -> Registry:
    return connect_registry(
        "acts", connector="opencrvs", source={**SOURCE, **changes}, authority="civil-registry", now=AT
    )


def test_it_becomes_a_registry(there: OpenCrvs) -> None:
    registry = connect()
    assert registry.key_column == "registration_number"
    types = {column["name"]: column["type"] for column in registry.columns}
    assert types["birth_date"] == "date"
    assert list(types) == ["registration_number", "given_names", "national_id", "birth_date"]
    reader = open_registry(registry)
    assert reader.fetch("2026B003").data == {
        "registration_number": "2026B003",
        "given_names": "Ñusta 3",
        "national_id": "N-3",
        "birth_date": "2026-10-30",
    }
    assert [found.key for found in reader.find("national_id", "N-2")] == ["2026B002"]
    assert [found.key for found in reader.find("registration_number", "2026B004")] == ["2026B004"]
    assert list(reader.find("national_id", "nobody")) == []
    for absent in ("2026B099", ""):
        with pytest.raises(RecordNotFoundError):
            reader.fetch(absent)


def test_changes_come_in_order_and_once(there: OpenCrvs) -> None:
    there.events = [event(number, at="2026-11-05T10:00:00.000Z") for number in (3, 1, 2, 5, 4)]
    reader = open_registry(connect())
    seen, since = [], ""
    while page := list(reader.changes(since, limit=2)):
        seen += [change.key for change in page]
        since = page[-1].cursor
    assert seen == [f"2026B00{number}" for number in range(1, 6)]
    assert since < reader.head()


def test_more_than_a_page_at_one_moment_and_after_it(there: OpenCrvs) -> None:
    there.events = [event(number, at="2026-11-05T10:00:00.000Z") for number in range(1, 251)]
    there.events += [event(number, at="2026-11-06T10:00:00.000Z") for number in range(251, 301)]
    seen = [change.key for change in open_registry(connect()).changes()]
    assert len(seen) == len(set(seen)) == 300
    assert seen == sorted(seen)


def test_what_is_archived_is_gone_and_what_was_never_registered_is_none(there: OpenCrvs) -> None:
    there.events[0]["status"] = "ARCHIVED"
    there.events[1]["legalStatuses"] = {}
    found = {change.key: change.record for change in open_registry(connect()).changes()}
    assert found["2026B001"] is None
    assert "2026B002" not in found
    with pytest.raises(RecordNotFoundError):
        open_registry(connect()).fetch("2026B001")


def test_it_looks_again_a_little(there: OpenCrvs) -> None:
    reader = open_registry(connect(overlap=60))
    now = datetime.fromisoformat("2026-11-05T10:01:00+00:00")
    cursor = "2026-11-05T10:00:00.000Z\t2026B005"
    assert reader.rewind(cursor, now=now) == "2026-11-05T09:59:00.000Z\t"
    assert reader.rewind(cursor, now=now + timedelta(days=3)) == cursor
    assert reader.rewind("", now=now) == ""


def test_days_are_asked_of_the_declaration_alone(there: OpenCrvs) -> None:
    there.events[0]["declaration"]["child.review"] = "2026-11-20"
    registry = connect(columns={**SOURCE["columns"], "review": "declaration/child.review"})
    reader = open_registry(registry)
    assert [change.key for change in reader.passed("review", after=None, until=AT.date())] == ["2026B001"]
    assert list(reader.passed("review", after=AT.date(), until=AT.date())) == []
    for column in ("birth_date", "given_names"):
        with pytest.raises(OpenCrvsSourceError):
            list(reader.passed(column, after=None, until=AT.date()))


def test_credentials_follow_it(there: OpenCrvs) -> None:
    registry = connect()
    configuration = create_configuration(registry, type="BirthCredential", name="act")
    set_rules(configuration, [REMOVED])
    sync(registry, actor="test", now=AT)
    issue_directly(configuration, "2026B003", "dc+sd-jwt", holder=None, now=AT)
    there.events[2] |= {"status": "ARCHIVED", "updatedAt": "2026-11-20T10:00:00.000Z"}
    assert sync(registry, actor="test", now=AT).counts["revoke"] == 1
    assert IssuedCredential.objects.get().state == "revoked"
    assert not any(sync(registry, actor="test", now=AT).counts.values())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"search_url": ""}, "search_url"),
        ({"event": None}, "event"),
        ({"columns": {}}, "columns"),
        ({"columns": {"registration_number": "trackingId"}}, "by itself"),
        ({"columns": {"a b;": "trackingId"}}, "columns"),
        ({"columns": {"a": 7}}, "path"),
        ({"columns": {"a": "x//y"}}, "path"),
        ({"overlap": -1}, "overlap"),
        ({"secret": "hush"}, "no secret"),
    ],
)
def test_a_source_is_checked(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(Exception, match=said):
        parse_opencrvs_source({**SOURCE, **changes})


def test_an_opencrvs_that_does_not_answer_changes_nothing(
    there: OpenCrvs, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = connect()
    there.down = True
    with pytest.raises(OpenCrvsResponseError):
        open_registry(registry).fetch("2026B003")
    there.down = False
    monkeypatch.setenv("OPENCRVS_SECRET", "wrong")
    with pytest.raises(OpenCrvsResponseError):
        open_registry(registry).fetch("2026B003")
    monkeypatch.delenv("OPENCRVS_SECRET")
    with pytest.raises(OpenCrvsResponseError, match="OPENCRVS_SECRET"):
        open_registry(registry).fetch("2026B003")


@pytest.mark.parametrize("moment", [None, 7, "", "yesterday", "2026-11-05T10:00:00"])
@pytest.mark.parametrize("cap", [1, 2, 50])
def test_an_event_that_does_not_say_when_spoils_itself_alone(
    there: OpenCrvs, moment: Any, cap: int, caplog: pytest.LogCaptureFixture
) -> None:
    registry = connect()
    there.events[2]["updatedAt"] = moment
    there.cap = cap
    assert {one.key for one in open_registry(registry).changes()} == {f"2026B00{n}" for n in (1, 2, 4, 5)}
    assert "passed over" in caplog.text


def test_a_registration_whose_beginning_cannot_be_read_is_still_a_record(there: OpenCrvs) -> None:
    registry = connect()
    there.events[0]["legalStatuses"]["REGISTERED"]["acceptedAt"] = "soon"
    assert len(list(open_registry(registry).changes())) == 5


@pytest.mark.parametrize("moment", ["2026-11-05T10:00:00Z", "2026-11-05T11:00:00.123456+01:00"])
def test_moments_in_other_writings_are_read(there: OpenCrvs, moment: str) -> None:
    registry = connect()
    there.events[4]["updatedAt"] = moment
    *_, last = open_registry(registry).changes()
    assert last.version.startswith("2026-11-05T10:00:00.")


@pytest.mark.parametrize("total", ["right", 10_000, None, "20", 20.5])
@pytest.mark.parametrize("cap", [1, 3, 10])
@pytest.mark.parametrize("alike", [False, True])
def test_pages_that_it_caps_are_read_to_the_end(there: OpenCrvs, cap: int, total: Any, alike: bool) -> None:
    registry = connect()
    there.events = [
        event(n, at="2026-11-01T10:00:00.000Z" if alike else f"2026-11-{n:02}T10:00:00.000Z")
        for n in range(1, 21)
    ]
    there.cap, there.total = cap, total
    assert len({one.key for one in open_registry(registry).changes()}) == 20


def test_a_server_that_always_answers_the_same_page_ends(there: OpenCrvs) -> None:
    registry = connect()
    answer = reply(200, json.dumps({"results": there.events}).encode())
    there.same = answer
    assert len({one.key for one in open_registry(registry).changes()}) == 5
