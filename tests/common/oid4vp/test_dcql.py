"""DCQL queries: the specification's examples are read, and what it forbids is refused (OpenID4VP §6)."""

import copy
import json
from typing import Any

import jsonschema
import pytest

from common.errors import SelloError
from common.oid4vp.dcql import MAX_ENTRIES, parse_query
from common.oid4vp.errors import InvalidRequestError
from tests.conftest import shared

EXAMPLES = {
    "claims_alternatives": 1, "complex_mdoc": 4, "credentials_alternatives": 5, "multi_credentials": 2,
    "simple": 1, "simple_mdoc": 1, "value_matching_simple": 1,
}  # fmt: skip
FARMER: dict[str, Any] = {
    "id": "farmer",
    "format": "dc+sd-jwt",
    "meta": {"vct_values": ["https://agri.example/types/farmer"]},
    "claims": [
        {"id": "a", "path": ["farmer_id"]},
        {"id": "b", "path": ["parcels", None, "id"], "values": ["P1", 2]},
    ],
    "claim_sets": [["a", "b"], ["a"]],
}
QUERY: dict[str, Any] = {
    "credentials": [FARMER, {**FARMER, "id": "other"}],
    "credential_sets": [{"options": [["farmer"], ["other"]]}, {"options": [["other"]], "required": False}],
}


@pytest.mark.parametrize(("name", "count"), EXAMPLES.items())
def test_the_examples_of_the_specification_are_read(name: str, count: int) -> None:
    query = parse_query(json.loads(shared(f"vectors/openid/vp/query_lang/{name}.json").read_text()))
    assert len(query.credentials) == count


@pytest.mark.parametrize("name", ["dcql_jwt_vc", "dcql_ldp_vc"])
def test_the_w3c_examples_are_read(name: str) -> None:
    query = parse_query(json.loads(shared(f"vectors/openid/vp/request/{name}.json").read_text()))
    assert query.credentials[0].meta == {"type_values": [["IDCredential"]]}


def test_a_query_becomes_values() -> None:
    query = parse_query(QUERY)
    farmer = query.credential("farmer")
    assert farmer.claims[1].path == ("parcels", None, "id")
    assert farmer.claims[1].values == ("P1", 2)
    assert [[claim.id for claim in option] for option in farmer.claim_options()] == [["a", "b"], ["a"]]
    assert not farmer.multiple
    assert farmer.require_cryptographic_holder_binding
    assert [each.required for each in query.sets()] == [True, False]
    assert query.source is QUERY


def test_without_sets_everything_is_required() -> None:
    query = parse_query({"credentials": QUERY["credentials"]})
    assert query.sets()[0].options == (("farmer", "other"),)


def test_unknown_properties_and_formats_are_left_alone() -> None:
    odd = {"id": "odd", "format": "smell", "meta": {"anything": 1}, "later": True}
    query = parse_query({"credentials": [odd], "later": {}})
    assert query.credentials[0].format == "smell"


def _changed(*path: Any, to: Any) -> dict[str, Any]:
    query: Any = copy.deepcopy(QUERY)
    node = query
    for step in path[:-1]:
        node = node[step]
    if to is KeyError:
        del node[path[-1]]
    else:
        node[path[-1]] = to
    return query  # type: ignore[no-any-return]


FIRST = ("credentials", 0)


@pytest.mark.parametrize(
    "broken",
    [
        [],
        {"credentials": []},
        {"credentials": {}},
        _changed("credentials", to=KeyError),
        _changed("credentials", to=[FARMER] * (MAX_ENTRIES + 1)),
        _changed("credentials", to=[FARMER, FARMER]),
        _changed("credentials", to=["farmer"]),
        _changed(*FIRST, "id", to=""),
        _changed(*FIRST, "id", to="far mer"),
        _changed(*FIRST, "id", to="farmer\n"),
        _changed(*FIRST, "id", to=KeyError),
        _changed(*FIRST, "format", to=KeyError),
        _changed(*FIRST, "format", to=7),
        _changed(*FIRST, "meta", to=[]),
        _changed(*FIRST, "meta", to={"vct_values": []}),
        _changed(*FIRST, "meta", to={"vct_values": "https://agri.example"}),
        _changed(*FIRST, "multiple", to="yes"),
        _changed(*FIRST, "require_cryptographic_holder_binding", to=0),
        _changed(*FIRST, "claims", to=[]),
        _changed(*FIRST, "claims", to=KeyError),  # claim_sets need claims
        _changed(*FIRST, "claims", 0, to={"path": ["farmer_id"]}),  # claim_sets need ids
        _changed(*FIRST, "claims", 1, "id", to="a"),
        _changed(*FIRST, "claims", 0, "path", to=[]),
        _changed(*FIRST, "claims", 0, "path", to=[True]),
        _changed(*FIRST, "claims", 0, "values", to=[]),
        _changed(*FIRST, "claims", 0, "values", to=[{"a": 1}]),
        _changed(*FIRST, "claims", 0, "values", to=[None]),
        _changed(*FIRST, "claim_sets", to=[]),
        _changed(*FIRST, "claim_sets", to=[["a", "z"]]),
        _changed(*FIRST, "claim_sets", to=[[]]),
        _changed(*FIRST, "trusted_authorities", to=[]),
        _changed(*FIRST, "trusted_authorities", to=[{"type": "", "values": ["x"]}]),
        _changed(*FIRST, "trusted_authorities", to=[{"type": "aki", "values": []}]),
        _changed("credential_sets", to=[]),
        _changed("credential_sets", 0, "options", to=[]),
        _changed("credential_sets", 0, "options", to=[["nobody"]]),
        _changed("credential_sets", 0, "options", to=[[]]),
        _changed("credential_sets", 0, "required", to="no"),
    ],
)
def test_what_the_specification_forbids_is_refused(broken: Any) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        parse_query(broken)
    assert caught.value.code == "invalid_request"


@pytest.mark.parametrize(
    ("form", "meta"),
    [
        ("ldp_vc", {"vct_values": ["x"]}),
        ("ldp_vc", {"type_values": ["IDCredential"]}),
        ("ldp_vc", {"type_values": [[]]}),
        ("mso_mdoc", {"doctype_value": ""}),
        ("mso_mdoc", {"doctype_value": ["org.iso"]}),
    ],
)
def test_each_format_has_its_own_meta(form: str, meta: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError):
        parse_query({"credentials": [{"id": "a", "format": form, "meta": meta}]})


@pytest.mark.parametrize("form", ["dc+sd-jwt", "ldp_vc", "jwt_vc_json", "vc+jwt", "mso_mdoc"])
@pytest.mark.parametrize("meta", [{"meta": {}}, {"meta": None}, {}])
def test_an_empty_meta_asks_for_nothing(form: str, meta: dict[str, Any]) -> None:
    path = ["org.iso.18013.5.1", "given_name"]
    entry = {"id": "a", "format": form, **meta, "claims": [{"path": path, "values": None}], "multiple": None}
    query = parse_query({"credentials": [entry], "credential_sets": None}).credentials[0]
    assert (query.meta, query.multiple, query.claims[0].values) == ({}, False, ())


def test_an_authority_of_another_kind_stays_in_the_query() -> None:
    entries = [{"type": "aki", "values": ["v"]}, {"type": "https://eco.example/list", "values": ["v"]}]
    query = parse_query(_changed(*FIRST, "trusted_authorities", to=entries)).credentials[0]
    assert [each.type for each in query.trusted_authorities] == ["aki", "https://eco.example/list"]


MDL = {"id": "mdl", "format": "mso_mdoc", "meta": {"doctype_value": "org.iso.18013.5.1.mDL"}}
ELEMENT = {"path": ["org.iso.18013.5.1", "portrait"]}


@pytest.mark.parametrize("retain", [True, False, None])
def test_an_element_of_an_mdoc(retain: bool | None) -> None:
    said = {} if retain is None else {"intent_to_retain": retain}
    [claim] = parse_query({"credentials": [{**MDL, "claims": [{**ELEMENT, **said}]}]}).credentials[0].claims
    assert (claim.path, claim.intent_to_retain) == (("org.iso.18013.5.1", "portrait"), retain)


@pytest.mark.parametrize(
    "claim",
    [
        {"path": ["portrait"]},
        {"path": ["org.iso.18013.5.1", "driving_privileges", 0]},
        {"path": ["org.iso.18013.5.1", None]},
        {"path": ["org.iso.18013.5.1", 0]},
        {**ELEMENT, "intent_to_retain": "yes"},
    ],
)
def test_a_claim_that_an_mdoc_cannot_have(claim: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError):
        parse_query({"credentials": [{**MDL, "claims": [claim]}]})


def test_we_agree_with_the_schema_of_the_conformance_suite() -> None:
    """Whatever the OpenID Foundation's schema accepts, we read; what we read of its formats, it accepts."""
    schema = json.loads(shared("vectors/oidf-schemas/oid4vp/dcql_request.json").read_text())
    validator = jsonschema.Draft7Validator(schema)
    candidates = [_changed(*FIRST, name, to=value) for name, value in VARIANTS]
    for query in [QUERY, *candidates]:
        try:
            parse_query(query)
            ours = True
        except SelloError:
            ours = False
        assert validator.is_valid(query) == ours, query["credentials"][0]


VARIANTS: list[tuple[str, Any]] = [
    ("multiple", True),
    ("multiple", 1),
    ("trusted_authorities", [{"type": "aki", "values": ["s9tIpPmhxdiuNkHMEWNpYim8S8Y"]}]),
    ("trusted_authorities", [{"type": "aki"}]),
    ("id", "a b"),
    ("claims", [{"id": "a", "path": ["x", 0, None]}, {"id": "b", "path": ["y"], "values": [True, 3, "z"]}]),
    ("claims", [{"id": "a", "path": ["x", -1]}, {"id": "b", "path": ["y"]}]),
    ("claim_sets", [["a"], []]),
]


def test_whole_numbers_among_values_however_they_are_written() -> None:
    query = parse_query(_changed(*FIRST, "claims", 0, "values", to=[7.0, 1e3, True, "7"]))
    assert query.credentials[0].claims[0].values == (7, 1000, True, "7")
    with pytest.raises(InvalidRequestError):
        parse_query(_changed(*FIRST, "claims", 0, "values", to=[7.5]))
