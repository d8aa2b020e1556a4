"""Searches by SPDCI at once: written after the texts, answered as they say, within what was agreed."""

from typing import Any

import pytest

from common.adapters.exchange.partners import ExchangeLog
from issuer.models import AccessLog, Registry
from tests.issuer.spdci_partner import (
    TEXTS,
    Spp,
    by_id,
    by_predicate,
    checked,
    fits,
    make_registry,
    make_spp,
    search,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def farmers() -> Registry:
    return make_registry("farmers")


@pytest.fixture
def spp(farmers: Registry) -> Spp:
    return make_spp(farmers)


def ids(answer: dict[str, Any]) -> list[str]:
    records = answer["data"]["reg_records"]
    items = records.get("@graph", [records]) if isinstance(records, dict) else records
    return [
        identifier["identifier_value"]
        for item in items
        for identifier in item["farmer_personal_details"]["member_identifier"]
        if identifier["identifier_type"] == "FARMER_ID"
    ]


@pytest.mark.parametrize("slug", TEXTS)
def test_request_and_answer_are_what_the_text_says(slug: str) -> None:
    registry, text = make_registry(slug), TEXTS[slug]
    spp = make_spp(registry)
    person = registry.records.first().data["national_id"]  # type: ignore[union-attr]
    message = search(
        by_id("UIN", person), by_predicate(("national_id", "eq", person)), by_id("UIN", "nobody")
    )
    body = spp.message(registry, "search", message, total_count=3)
    fits(text, "/registry/sync/search", "request", body)
    response = spp.post(registry, "registry/sync/search", body)
    assert response.status_code == 200
    answer = response.json()
    if slug != "farmers":  # its own text has objects; so has the core
        fits(text, "/registry/sync/search", "default", answer)
    else:
        fits("fr", "/registry/sync/search", "default", answer)
        fits("registry_core", "/registry/sync/search", "default", answer)
    envelope = checked(registry, answer)
    first, second, none = envelope.message["search_response"]
    assert first["status"] == second["status"] == none["status"] == "succ"
    assert first["data"] == second["data"]
    assert person in str(first["data"]["reg_records"])
    assert none["pagination"]["total_count"] == 0
    assert envelope.header.receiver_id == spp.partner.sender_id


def test_the_person_sees_each_reading_under_the_id_that_both_ends_know(spp: Spp, farmers: Registry) -> None:
    criteria = by_id("FARMER_ID", "F-0001", authorize={"purpose": {"code": "subsidy"}})
    spp.search(farmers, criteria, message_id="m-77")
    [log] = AccessLog.objects.all()
    assert (log.registry, log.record_key, log.request_id, log.purpose) == (
        farmers,
        "F-0001",
        "m-77",
        "subsidy",
    )
    assert (log.client_name, log.basis, log.legal_basis) == ("Programme of the South", "law", "Law 7 of 2020")
    assert "parcel_id" in log.attributes
    [received] = ExchangeLog.objects.all()
    assert (received.direction, received.message_id, received.status) == ("received", "m-77", "succ")


PREDICATES: dict[str, tuple[tuple[Any, ...], str]] = {
    "a number": ((("parcel_area_ha", "ge", "2.5"),), "area >= 2.5"),
    "a number as a number": ((("farm_size", "ge", 2.5),), "area >= 2.5"),
    "and": ((("farm_size", "gt", 1, "and", "irrigated", "eq", True),), "area > 1 and irrigated"),
    "or": ((("farm_size", "lt", 1, "or", "irrigated", "eq", "yes"),), "area < 1 or irrigated"),
    "not the second": (
        (("farm_size", "gt", 0, "not", "irrigated", "eq", True),),
        "area > 0 and not irrigated",
    ),
    "not the only": ((("irrigated", "eq", True, "not"),), "not irrigated"),
    "two items": ((("farm_size", "gt", 1), ("irrigated", "eq", True)), "area > 1 and irrigated"),
    "a choice": ((("FARMER_ID", "in", "F-0001, F-0003"),), "key in ('F-0001', 'F-0003')"),
    "a path": ((("land_details.parcel_identifier", "gt", ""),), "True"),
}


@pytest.mark.parametrize("name", PREDICATES)
def test_predicates_mean_what_they_say(name: str, spp: Spp, farmers: Registry) -> None:
    items, meaning = PREDICATES[name]
    [answer] = spp.search(farmers, by_predicate(*items))
    expected = [
        record.key
        for record in farmers.records.all()
        if eval(
            meaning,
            {
                "key": record.key,
                "area": float(record.data["parcel_area_ha"]),
                "irrigated": record.data.get("irrigated") == "yes",
            },
        )
    ]
    assert ids(answer) == expected


def test_an_expression_is_read_as_the_texts_show_it(spp: Spp, farmers: Registry) -> None:
    query = {"$or": [{"farm_size": {"$gte": 3}}, {"$and": [{"irrigated": True}, {"farm_size": {"$lt": 99}}]}]}
    criteria = {
        "query_type": "expression",
        "query": {
            "type": "ns:org:QueryType:NoSql",
            "value": {"expression": {"collection": "Farmer", "query": query}},
        },
    }
    [answer] = spp.search(farmers, criteria)
    expected = [
        r.key
        for r in farmers.records.all()
        if float(r.data["parcel_area_ha"]) >= 3 or r.data.get("irrigated") == "yes"
    ]
    assert ids(answer) == expected


def test_pages_and_order(spp: Spp, farmers: Registry) -> None:
    everyone = ("FARMER_ID", "gt", "")
    by_area = [{"attribute_name": "farm_size", "sort_order": "desc"}]
    pages = [
        spp.search(
            farmers, by_predicate(everyone, sort=by_area, pagination={"page_size": 5, "page_number": n})
        )[0]
        for n in (1, 2, 3, 4)
    ]
    told = [key for page in pages for key in ids_or_none(page)]
    expected = sorted(farmers.records.all(), key=lambda r: -float(r.data["parcel_area_ha"]))
    assert told == [record.key for record in expected]
    assert pages[2]["pagination"] == {"page_size": 5, "page_number": 3, "total_count": 12}


def ids_or_none(page: dict[str, Any]) -> list[str]:
    return ids(page) if page["data"]["reg_records"] != {"@graph": []} else []


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a page of a billion": (by_id("UIN", "1", pagination={"page_size": 10**9}), "rjct.pagination.invalid"),
    "a page of none": (by_id("UIN", "1", pagination={"page_size": 0}), "rjct.pagination.invalid"),
    "half a page": (by_id("UIN", "1", pagination={"page_size": 1.5}), "rjct.pagination.invalid"),
    "no page": (by_id("UIN", "1", pagination={}), "rjct.pagination.invalid"),
    "an unknown identifier": (by_id("PASSPORT", "1"), "rjct.search_criteria.invalid"),
    "an unknown attribute": (by_predicate(("poverty_score", "lt", 5)), "rjct.search_criteria.invalid"),
    "a word for a number": (by_predicate(("farm_size", "lt", "small")), "rjct.search_criteria.invalid"),
    "an unknown operator": (by_predicate(("farm_size", "like", "1")), "rjct.search_criteria.invalid"),
    "graphql": ({"query_type": "graphql", "query": {"value": {}}}, "rjct.search_criteria.invalid"),
    "no query": ({"query_type": "predicate"}, "rjct.search_criteria.invalid"),
    "a text for an expression": (
        {"query_type": "expression", "query": {"type": "x", "value": {"expression": "DROP TABLE"}}},
        "rjct.search_criteria.invalid",
    ),
    "a deep nest": (
        {
            "query_type": "expression",
            "query": {"value": {"expression": {"query": {"$and": [{"$or": [{"$and": [{"$or": [{"$and": [
                {"$or": [{"$and": [{"UIN": "1"}]}]}]}]}]}]}]}}}},
        },
        "rjct.search_criteria.invalid",
    ),
    "a wide nest": (
        {
            "query_type": "expression",
            "query": {"value": {"expression": {"query": {"$or": [{"UIN": str(n)} for n in range(51)]}}}},
        },
        "rjct.search_criteria.invalid",
    ),
    "a nest of lists": (
        {"query_type": "expression", "query": {"value": {"expression": {"query": {"$and": [[["x"]]]}}}}},
        "rjct.search_criteria.invalid",
    ),
    "many predicates": (by_predicate(*[("UIN", "eq", "1")] * 51), "rjct.search_criteria.invalid"),
    "many in pairs": (
        by_predicate(*[("UIN", "eq", "1", "or", "UIN", "eq", "2")] * 30), "rjct.search_criteria.invalid",
    ),
    "two without a condition": (
        by_predicate(("UIN", "eq", "1", None, "UIN", "eq", "2")), "rjct.search_criteria.invalid",
    ),
    "an unknown order": (by_id("UIN", "1", sort=[{"attribute_name": "height"}]), "rjct.sort.invalid"),
    "a strange order": (
        by_id("UIN", "1", sort=[{"attribute_name": "farm_size", "sort_order": "up"}]), "rjct.sort.invalid",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_one_wrong_request_is_refused_and_the_others_are_answered(
    name: str, spp: Spp, farmers: Registry
) -> None:
    criteria, reason = REFUSED[name]
    wrong, right = spp.search(farmers, criteria, by_id("FARMER_ID", "F-0002"))
    assert (wrong["status"], wrong["status_reason_code"]) == ("rjct", reason)
    assert "data" not in wrong
    assert ids(right) == ["F-0002"]
    assert AccessLog.objects.count() == 1


def test_references_and_times_are_checked(spp: Spp, farmers: Registry) -> None:
    message = search(*[by_id("FARMER_ID", "F-0001")] * 4)
    first, twice, nameless, future = message["search_request"]
    twice["reference_id"] = first["reference_id"]
    nameless["reference_id"] = ""
    future["timestamp"] = "2999-01-01T00:00:00Z"
    response = spp.ask(farmers, "registry/sync/search", "search", message, total_count=4)
    answers = response.json()["message"]["search_response"]
    assert [a.get("status_reason_code") for a in answers] == [
        None, "rjct.reference_id.duplicate", "rjct.reference_id.invalid", "rjct.timestamp.invalid",
    ]  # fmt: skip


def test_no_more_is_told_than_was_agreed(farmers: Registry) -> None:
    spp = make_spp(farmers, may_read={"farmers": ["farmer_id", "municipality"]})
    [answer] = spp.search(farmers, by_id("FARMER_ID", "F-0001"))
    record = answer["data"]["reg_records"]
    data = farmers.records.get(key="F-0001").data
    assert record["land_details"] == {"address": {"locality": data["municipality"]}}
    assert set(record) == {"@context", "@type", "farmer_personal_details", "land_details"}
    for secret in (data["national_id"], data["family_names"], data["parcel_id"]):
        assert secret not in str(record)
    assert AccessLog.objects.get().attributes == ["farmer_id", "municipality"]


@pytest.mark.parametrize(
    "criteria",
    [
        by_predicate(("farm_size", "gt", 1)),
        by_id("UIN", "1"),
        by_predicate(("farmer_personal_details.demographic_info.name.surname", "gt", "A")),
    ],
)
def test_what_was_not_agreed_cannot_be_asked_either(criteria: dict[str, Any], farmers: Registry) -> None:
    spp = make_spp(farmers, may_read={"farmers": ["farmer_id"]})
    [answer] = spp.search(farmers, criteria)
    assert answer["status_reason_code"] == "rjct.search_criteria.invalid"
    [answer] = spp.search(
        farmers, by_id("FARMER_ID", "F-0001", sort=[{"attribute_name": "farm_size", "sort_order": "asc"}])
    )
    assert answer["status_reason_code"] == "rjct.sort.invalid"


def test_a_purpose_that_was_not_agreed_reads_nothing(farmers: Registry) -> None:
    spp = make_spp(farmers, purposes=["subsidy"])
    said = {"purpose": {"code": "subsidy", "text": "Subsidy", "ref_uri": "https://example.org/p"}}
    other = {"purpose": {"code": "marketing"}}
    answers = spp.search(
        farmers,
        by_id("FARMER_ID", "F-0001", authorize=said),
        by_id("FARMER_ID", "F-0001", consent=said),
        by_id("FARMER_ID", "F-0001", authorize=other),
        by_id("FARMER_ID", "F-0001"),
    )
    assert [a["status"] for a in answers] == ["succ", "succ", "rjct", "rjct"]


def test_a_search_has_an_end(spp: Spp, farmers: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    from issuer.spdci import search as searching

    monkeypatch.setattr(searching, "MAX_SCANNED", 11)
    [scan, known] = spp.search(farmers, by_predicate(("farm_size", "gt", 0)), by_id("FARMER_ID", "F-0001"))
    assert scan["status_reason_code"] == "rjct.search.too_many_records_found"
    assert known["status"] == "succ"
