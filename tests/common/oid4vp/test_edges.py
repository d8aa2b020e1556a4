"""Requests by value, answers of the greatest size, and queries that are half answered."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest

from common.errors import MalformedInputError
from common.oid4vp import dc_api
from common.oid4vp.client_id import ClientId
from common.oid4vp.dcql import parse_query
from common.oid4vp.errors import InvalidRequestError, InvalidResponseError
from common.oid4vp.matching import candidates, check_satisfied, minimal_disclosure, requested_claims
from common.oid4vp.request import MAX_LENGTH, parse_authorization_request
from common.oid4vp.response import MAX_PRESENTATIONS, parse_response_form, parse_vp_token
from tests.common.oid4vp.oid4vp_fixture import DID, HASH, parameters
from tests.common.oid4vp.test_dc_api import ORIGIN
from tests.common.oid4vp.test_matching import ANA, IDENTITY

# --- requests ---


def test_a_request_object_by_value() -> None:
    """RFC 9101 §5.1: the object travels in the link itself; who signed it is looked at later."""
    link = "openid4vp://?" + urlencode({"client_id": str(HASH), "request": "a.b.c"})
    reference = parse_authorization_request(link)
    assert (reference.client_id, reference.request_object) == (HASH, "a.b.c")
    assert (reference.request_uri, dict(reference.parameters)) == ("", {})


def test_a_link_of_the_greatest_length() -> None:
    link = "openid4vp://?" + urlencode({"client_id": str(HASH), "request_uri": "https://a.example/"})
    filled = link + "a" * (MAX_LENGTH - len(link))
    assert parse_authorization_request(filled).client_id == HASH
    with pytest.raises(InvalidRequestError, match="too long"):
        parse_authorization_request(filled + "a")


def test_a_parameter_may_be_empty_and_is_there_all_the_same() -> None:
    link = "openid4vp://?" + urlencode({"client_id": str(HASH), "request_uri": "", "request": "a.b.c"})
    with pytest.raises(InvalidRequestError, match="not both"):
        parse_authorization_request(link)


def test_whoever_asks_without_a_signature_is_the_page() -> None:
    entry = dc_api.create_unsigned_request(parameters(DID))
    reference = dc_api.parse_api_request(entry["protocol"], entry["data"], origin=ORIGIN)
    assert (reference.client_id, reference.origin) == (ClientId("origin", ORIGIN), ORIGIN)


# --- answers ---


def test_a_form_with_an_empty_field() -> None:
    """It is read as it came: what the field means, others decide."""
    assert parse_response_form(b"vp_token=%7B%7D&state=").parameters == {"vp_token": "{}", "state": ""}
    with pytest.raises(InvalidResponseError):
        parse_response_form(b"state=&state=x")


@pytest.mark.parametrize(("number", "taken"), [(0, False), (1, True), (MAX_PRESENTATIONS, True)])
def test_as_many_presentations_as_are_read(number: int, taken: bool) -> None:
    for token in ({"a": ["x"] * number}, {str(place): ["x"] for place in range(number)}):
        if taken:
            assert sum(map(len, parse_vp_token(token, encrypted=True).values())) == number
        else:
            with pytest.raises(InvalidResponseError):
                parse_vp_token(token, encrypted=True)
    for token in (
        {"a": ["x"] * (MAX_PRESENTATIONS + 1)},
        {str(place): ["x"] for place in range(MAX_PRESENTATIONS + 1)},
        {"a": ["x"] * MAX_PRESENTATIONS, "b": ["x"]},
    ):
        with pytest.raises(InvalidResponseError):
            parse_vp_token(token, encrypted=True)


def test_json_text_is_read_in_the_clear_alone() -> None:
    """§8.1: a form holds text; what was encrypted, or handed over by a browser, is an object."""
    assert parse_vp_token('{"a": ["x"]}', encrypted=False) == {"a": ("x",)}
    with pytest.raises(InvalidResponseError):
        parse_vp_token('{"a": ["x"]}', encrypted=True)
    with pytest.raises(InvalidResponseError):
        dc_api.open_answer({"vp_token": '{"a": ["x"]}'}, response_mode="dc_api", key=None)
    with pytest.raises(MalformedInputError):
        parse_vp_token('{"a": ["' + "x" * 1_500_000 + '"]}', encrypted=False)


# --- queries ---


def asking(*entries: dict[str, Any], **more: Any) -> Any:
    return parse_query({"credentials": list(entries), **more})


WHO: dict[str, Any] = {"id": "who", "format": "dc+sd-jwt", "meta": {"vct_values": [IDENTITY]}}
OTHER: dict[str, Any] = {"id": "other", "format": "dc+sd-jwt", "meta": {"vct_values": ["urn:other"]}}


def test_half_an_answer_is_none() -> None:
    """§6.4.2: where one required set cannot be satisfied, nothing is returned."""
    sets = [{"options": [["who"]]}, {"options": [["other"]]}]
    found = candidates(asking(WHO, OTHER, credential_sets=sets), [ANA])
    assert found.missing() == ("other",)
    assert found.default() == {}
    optional = [sets[0], {**sets[1], "required": False}]
    assert set(candidates(asking(WHO, OTHER, credential_sets=optional), [ANA]).default()) == {"who"}


@pytest.mark.parametrize("meta", [{}, None])
def test_a_query_that_asks_for_no_type_takes_any_of_its_format(meta: Any) -> None:
    entry = {name: value for name, value in {**WHO, "meta": meta}.items() if value is not None}
    [query] = asking(entry).credentials
    assert minimal_disclosure(query, ANA) == ()
    assert minimal_disclosure(query, replace(ANA, format="mso_mdoc")) is None
    check_satisfied(asking(entry), {"who": [ANA]})


def test_what_stands_alone_in_linked_data_is_a_list_of_one() -> None:
    """As in RDF; in other formats a path that names all elements of a list wants a list."""
    claims = [{"path": ["credentialSubject", None, "name"]}]
    entry = {"id": "who", "format": "ldp_vc", "meta": {"type_values": [[IDENTITY]]}, "claims": claims}
    [query], [other] = asking(entry).credentials, asking({**WHO, "claims": claims}).credentials
    for subject in ({"name": "Ana"}, [{"name": "Ana"}]):
        card = replace(ANA, document={"credentialSubject": subject})
        found = requested_claims(query, replace(card, format="ldp_vc"))
        assert found == {("credentialSubject", None, "name"): ["Ana"]}
        assert (minimal_disclosure(other, card) is None) == isinstance(subject, dict)
