"""From columns to claims."""

from datetime import date
from typing import Any

import pytest

from common.registries.claims.mapping import (
    Claim,
    InvalidClaimsError,
    as_json,
    is_over,
    label_of,
    map_claims,
    parse_claim_mapping,
    vocabulary_of,
)
from common.registries.claims.schema import guess_claims

TODAY = date(2026, 11, 21)


def mapped(value: Any, **options: Any) -> Any:
    return map_claims([Claim("x", "x", "X", **options)], {"x": value}, today=TODAY).get("x")


@pytest.mark.parametrize(
    ("type", "value", "claim"),
    [
        ("string", " Ñusta ", "Ñusta"), ("string", 7, "7"), ("date", "1911-05-02", "1911-05-02"),
        ("date", "1948", None), ("date", "1948-05", None), ("integer", "12", 12), ("integer", -3, -3),
        ("decimal", "2.50", "2.50"), ("decimal", "1E2", "100"), ("decimal", 3, "3"), ("boolean", "Sí", True),
        ("boolean", "no", False), ("boolean", True, True), ("boolean", False, False), ("string", "", None),
        ("string", None, None), ("image", "data:image/png;base64,AA", "data:image/png;base64,AA"),
    ],
)  # fmt: skip
def test_values_take_their_type(type: str, value: int | str | None, claim: int | str | None) -> None:
    result = mapped(value, type=type)
    assert (result, result.__class__) == (claim, claim.__class__)


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("date", "25-05-1990"), ("date", "1990-02-31"), ("integer", "1.5"), ("integer", 2**53),
        ("integer", True), ("integer", 1.5), ("decimal", "inf"), ("decimal", "1E400"), ("decimal", "two"),
        ("boolean", "perhaps"),
        ("image", "https://elsewhere.example/a.png"), ("string", 1.5), ("string", ["x"]),
    ],
)  # fmt: skip
def test_values_that_do_not_fit_are_errors_that_do_not_repeat_them(
    type: str, value: float | int | list[str] | str
) -> None:
    with pytest.raises(InvalidClaimsError) as error:
        mapped(value, type=type)
    assert str(error.value) == f"The record's 'x' is not a value of type {type}."


@pytest.mark.parametrize(
    ("born", "over"),
    [
        ("2008-11-21", True), ("2008-11-22", False), ("1911-05-02", True), ("2007", True), ("2009", False),
        ("2008", None), ("2008-10", True), ("2008-11", None), ("2008-12", False),
    ],
)  # fmt: skip
def test_age_is_told_only_where_it_is_certain(born: str, over: bool | None) -> None:
    assert is_over(born, 18, today=TODAY) is over
    assert mapped(born, type="boolean", derive="age_over", years=18) is over


def test_somebody_born_on_the_29th_of_february_comes_of_age() -> None:
    assert is_over("2008-02-29", 18, today=date(2026, 2, 28)) is False
    assert is_over("2008-02-29", 18, today=date(2026, 3, 1)) is True


def test_a_birth_date_that_is_none_is_an_error() -> None:
    with pytest.raises(InvalidClaimsError):
        mapped("21-11-2008", type="boolean", derive="age_over", years=18)


def test_descriptions_survive_their_stored_form() -> None:
    claims = parse_claim_mapping(
        [
            {"name": "born", "column": "dob", "type": "date", "vocabulary": "https://publicschema.org/date_of_birth"},
            {"name": "age_over_18", "derive": "age_over", "years": 18, "from": "dob", "mandatory": True},
            {"name": "fullName", "selectively_disclosable": False},
        ]
    )  # fmt: skip
    assert parse_claim_mapping(as_json(claims)) == claims
    assert claims[1] == Claim(
        "age_over_18", "dob", "Age over 18", "boolean", mandatory=True, derive="age_over", years=18
    )
    assert claims[2] == Claim("fullName", "fullName", "Full name", selectively_disclosable=False)
    assert (
        vocabulary_of(claims[0], type_url="https://x.example/t") == "https://publicschema.org/date_of_birth"
    )
    assert vocabulary_of(claims[2], type_url="https://x.example/t") == "https://x.example/t#fullName"


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([], "a list"), ({"name": "x"}, "a list"), (["x"], "Claim 1 is not an object"),
        ([{"name": "id"}], "no other meaning"), ([{"name": "issuer"}], "no other meaning"),
        ([{"name": "vct"}], "no other meaning"), ([{"name": "a b"}], "letters, digits"),
        ([{"column": "x"}], "needs a name"), ([{"name": "x", "colour": "red"}], "not known: colour"),
        ([{"name": "x"}, {"name": "x"}], "stands twice"), ([{"name": "x", "type": "float"}], "unknown type"),
        ([{"name": "x", "vocabulary": "javascript:alert(1)"}], "no http"),
        ([{"name": "x", "vocabulary": "https://a.example/b c"}], "no http"),
        ([{"name": "x", "mandatory": "yes"}], "true or false"), ([{"name": "x", "label": 7}], "a text"),
        ([{"name": "x", "column": ""}], "a text"), ([{"name": "x", "label": "l" * 301}], "a text"),
        ([{"name": "x", "derive": "age_over"}], "age_over with years"),
        ([{"name": "x", "derive": "age_over", "years": 18, "type": "string"}], "age_over with years"),
        ([{"name": "x", "derive": "age_over", "years": True}], "age_over with years"),
        ([{"name": "x", "derive": "eval", "years": 18}], "age_over with years"),
    ],
)  # fmt: skip
def test_descriptions_that_cannot_be_used(
    entries: dict[str, str] | list[dict[str, Any] | str], reason: str
) -> None:
    with pytest.raises(InvalidClaimsError, match=reason):
        parse_claim_mapping(entries)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("villageOrTown", "Village or town"), ("village_or_town", "Village or town"),
        ("farmerID", "Farmer ID"),
        ("fecha-de-nacimiento", "Fecha de nacimiento"), ("ÑUSTA", "ÑUSTA"), ("x", "X"),
    ],
)  # fmt: skip
def test_labels_for_people(name: str, label: str) -> None:
    assert label_of(name) == label


def test_headings_become_claim_names() -> None:
    headings = [
        "id",
        "type",
        "name",
        "farmerID",
        "Año de nacimiento",
        "Superficie (ha)",
        "2nd crop",
        "Ñ",
        "%",
        "n_",
        "n",
    ]
    names = [claim.name for claim in guess_claims([{"name": heading} for heading in headings])]
    assert names == [
        "record_id", "record_type", "name", "farmerID", "ano_de_nacimiento", "superficie_ha",
        "record_2nd_crop", "n", "record_bbf3f11c", "n_2", "n_3",
    ]  # fmt: skip
    assert parse_claim_mapping(as_json(guess_claims([{"name": heading} for heading in headings])))
