"""Parts of a document by JSON Pointer (VC-DI-ECDSA §3.4.10 to §3.4.13)."""

from typing import Any

import pytest

from common.formats.data_integrity.selection import (
    MAX_POINTERS,
    SelectionError,
    pointer,
    pointers_of,
    select_json_ld,
    tokens,
)

DOCUMENT: dict[str, Any] = {
    "@context": ["urn:example:context"],
    "id": "urn:example:1",
    "type": ["Card"],
    "subject": {
        "id": "did:example:ana",
        "type": "Person",
        "name": "Ana",
        "a/b": {"m~n": "odd"},
        "boards": [
            {"type": "Board", "year": 2020, "name": "first"},
            {"id": "urn:example:board", "year": 2021, "name": "second"},
            {"year": 2022, "name": "third"},
        ],
        "sails": [5, 6, 7],
    },
}
HEAD = {"@context": ["urn:example:context"], "id": "urn:example:1", "type": ["Card"]}
ANA = {"id": "did:example:ana", "type": "Person"}


def test_nothing_is_selected_without_pointers() -> None:
    assert select_json_ld(DOCUMENT, []) is None


def test_names_and_types_on_the_way_come_along() -> None:
    assert select_json_ld(DOCUMENT, ["/subject/boards/1/year", "/subject/boards/0/year"]) == {
        **HEAD,
        "subject": {
            **ANA,
            "boards": [{"type": "Board", "year": 2020}, {"id": "urn:example:board", "year": 2021}],
        },
    }


def test_gaps_in_lists_close() -> None:
    assert select_json_ld(DOCUMENT, ["/subject/sails/2", "/subject/sails/0"]) == {
        **HEAD,
        "subject": {**ANA, "sails": [5, 7]},
    }


@pytest.mark.parametrize(
    "pointers",
    [
        ["/subject/boards", "/subject/boards/1/year"],
        ["/subject/boards/1/year", "/subject/boards"],
        ["/subject/boards/1/year", "/subject/boards", "/subject/boards/0/name"],
    ],
)
def test_what_is_chosen_whole_stays_whole(pointers: list[str]) -> None:
    assert select_json_ld(DOCUMENT, pointers) == {
        **HEAD,
        "subject": {**ANA, "boards": DOCUMENT["subject"]["boards"]},
    }


def test_a_selection_is_a_copy() -> None:
    selected = select_json_ld(DOCUMENT, ["/subject/boards"])
    assert selected is not None
    selected["subject"]["boards"][0]["year"] = 1
    assert DOCUMENT["subject"]["boards"][0]["year"] == 2020


def test_escapes() -> None:
    assert tokens("/subject/a~1b/m~0n") == ["subject", "a/b", "m~n"]
    assert tokens("/~01") == ["~1"]
    assert pointer(("subject", "a/b", "m~n", 0)) == "/subject/a~1b/m~0n/0"
    assert select_json_ld(DOCUMENT, [pointer(("subject", "a/b"))]) == {
        **HEAD,
        "subject": {**ANA, "a/b": {"m~n": "odd"}},
    }


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "subject",
        "/nothing",
        "/subject/nothing",
        "/subject/name/more",
        "/subject/sails/3",
        "/subject/sails/-1",
        "/subject/sails/01",
        "/subject/sails/x",
        "/subject/sails/",
        "/subject/boards/0/nothing",
        7,
    ],
)
def test_pointers_that_lead_nowhere(wrong: str) -> None:
    with pytest.raises(SelectionError) as caught:
        select_json_ld(DOCUMENT, ["/subject/id", wrong])
    assert caught.value.code == "PROOF_GENERATION_ERROR"


def test_too_many_pointers() -> None:
    with pytest.raises(SelectionError):
        select_json_ld(DOCUMENT, ["/id"] * (MAX_POINTERS + 1))


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (("subject", "name"), ["/subject/name"]),
        (("subject", "a/b", "m~n"), ["/subject/a~1b/m~0n"]),
        (("subject", "boards", None, "year"), [f"/subject/boards/{n}/year" for n in range(3)]),
        (("subject", "boards", 1, "id"), ["/subject/boards/1/id"]),
        (("subject", "sails", 1), ["/subject/sails/0", "/subject/sails/1"]),
        (("subject", "sails", 3), []),
        (("subject", "nothing"), []),
        (("subject", 0), ["/subject"]),  # a set of one
        (("subject", None, "name"), ["/subject/name"]),
        (("subject", 1), []),
    ],
)
def test_claims_paths_as_pointers(path: tuple[str | int | None, ...], found: list[str]) -> None:
    assert pointers_of(DOCUMENT, path) == found
