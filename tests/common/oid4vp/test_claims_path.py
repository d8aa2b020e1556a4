"""OpenID4VP §7.3: the example credential of the specification, and each way in which a path may fail."""

from typing import Any

import pytest

from common.oid4vp.claims_path import NoSuchClaimError, parse_path, same_value, select_claims

ARTHUR: dict[str, Any] = {
    "name": "Arthur Dent",
    "address": {"street_address": "42 Market Street", "locality": "Milliways", "postal_code": "12345"},
    "degrees": [
        {"type": "Bachelor of Science", "university": "University of Betelgeuse"},
        {"type": "Master of Science", "university": "University of Betelgeuse"},
    ],
    "nationalities": ["British", "Betelgeusian"],
}


@pytest.mark.parametrize(
    ("path", "selected"),
    [
        (("name",), ["Arthur Dent"]),
        (("address",), [ARTHUR["address"]]),
        (("address", "street_address"), ["42 Market Street"]),
        (("degrees", None, "type"), ["Bachelor of Science", "Master of Science"]),
        (("nationalities", 1), ["Betelgeusian"]),
        (("nationalities", None), ["British", "Betelgeusian"]),
        (("degrees", 0, "type"), ["Bachelor of Science"]),
    ],
)
def test_the_examples_of_the_specification(path: tuple[Any, ...], selected: list[Any]) -> None:
    assert select_claims(ARTHUR, path) == selected


@pytest.mark.parametrize(
    "path",
    [
        ("nobody",),
        ("name", "first"),  # a string is no object
        ("address", None),  # an object is no array
        ("address", 0),
        ("nationalities", "0"),
        ("nationalities", 2),
        ("degrees", None, "year"),
        ("name", 0),  # a string is no array, though Python would index it
    ],
)
def test_a_path_that_leads_nowhere_selects_nothing(path: tuple[Any, ...]) -> None:
    with pytest.raises(NoSuchClaimError):
        select_claims(ARTHUR, path)


def test_elements_without_the_key_leave_the_selection() -> None:
    document = {"parcels": [{"crop": "quinoa"}, {"area": "1.5"}, {"crop": "maize"}]}
    assert select_claims(document, ("parcels", None, "crop")) == ["quinoa", "maize"]


def test_one_element_of_another_kind_aborts() -> None:
    with pytest.raises(NoSuchClaimError):
        select_claims({"parcels": [{"crop": "quinoa"}, "fallow"]}, ("parcels", None, "crop"))


@pytest.mark.parametrize("value", [[], None, "name", [-1], [1.5], [True], ["a", {}], [["a"]]])
def test_what_is_no_path_is_refused(value: Any) -> None:
    with pytest.raises(NoSuchClaimError):
        parse_path(value)


def test_values_match_by_type_and_value() -> None:
    assert same_value(True, True)
    assert same_value("1", "1")
    assert not same_value(True, 1)
    assert not same_value(1, "1")
    assert same_value(1000, 1e3)
    assert not same_value(True, 1.0)
    assert not same_value(1, 1.5)


def test_what_stands_alone_is_a_set_of_one() -> None:
    """RDF does not tell one value from a list of one, so a path takes either."""
    for parcels in ({"crop": "oca"}, [{"crop": "oca"}]):
        for part in (None, 0):
            assert select_claims({"parcels": parcels}, ("parcels", part, "crop"), sets=True) == ["oca"]
    with pytest.raises(NoSuchClaimError):
        select_claims({"parcels": {"crop": "oca"}}, ("parcels", 1, "crop"), sets=True)
