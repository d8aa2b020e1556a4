"""RFC 9901 §7.1: what is put back, and everything that is refused."""

from typing import Any

import pytest

from common.errors import MalformedInputError
from common.formats.sd_jwt import compact
from common.formats.sd_jwt.compact import SDJWT
from common.formats.sd_jwt.disclosure import create, digest
from common.formats.sd_jwt.processing import MAX_DEPTH, process

NAME = create("Ana", name="name", salt="salt-1")
CROP = create("maize", name=None, salt="salt-2")
ADDRESS = create({"_sd": [digest(NAME.encoded)]}, name="address", salt="salt-3")


def test_values_stand_where_their_digests_stood() -> None:
    payload = {
        "_sd_alg": "sha-256",
        "_sd": [digest(ADDRESS.encoded)],
        "crops": [{"...": digest(CROP.encoded)}],
    }
    processed = process(payload, [CROP.encoded, NAME.encoded, ADDRESS.encoded])
    assert processed.payload == {"address": {"name": "Ana"}, "crops": ["maize"]}
    assert [place for place, _ in processed.places] == [("crops", 0), ("address",), ("address", "name")]


def test_what_is_not_shown_leaves_no_trace() -> None:
    payload = {"_sd": [digest(NAME.encoded), "decoy"], "crops": ["potato", {"...": digest(CROP.encoded)}]}
    assert process(payload, []).payload == {"crops": ["potato"]}


@pytest.mark.parametrize("algorithm", ["sha-384", "sha-512"])
def test_other_hashes_of_the_registry(algorithm: str) -> None:
    payload = {"_sd_alg": algorithm, "_sd": [digest(NAME.encoded, algorithm=algorithm)]}
    assert process(payload, [NAME.encoded]).payload == {"name": "Ana"}


NAME_DIGEST, CROP_DIGEST, ADDRESS_DIGEST = (digest(one.encoded) for one in (NAME, CROP, ADDRESS))
REFUSED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a disclosure that no digest names": ({"_sd": []}, [NAME.encoded]),
    "a disclosure whose parent is not shown": ({"_sd": [ADDRESS_DIGEST]}, [NAME.encoded]),
    "a disclosure twice": ({"_sd": [NAME_DIGEST]}, [NAME.encoded, NAME.encoded]),
    "a digest twice in one list": ({"_sd": [NAME_DIGEST, NAME_DIGEST]}, []),
    "a digest twice in two places": ({"_sd": [NAME_DIGEST], "x": {"_sd": [NAME_DIGEST]}}, [NAME.encoded]),
    "a digest twice, once within a disclosure": (
        {"_sd": [ADDRESS_DIGEST, NAME_DIGEST]},
        [ADDRESS.encoded, NAME.encoded],
    ),
    "a decoy twice": ({"_sd": ["decoy"], "x": [{"...": "decoy"}]}, []),
    "a claim overwritten": ({"_sd": [NAME_DIGEST], "name": "Bruno"}, [NAME.encoded]),
    "a claim disclosed twice": (
        {"_sd": [NAME_DIGEST, digest(create("Bruno", name="name", salt="other").encoded)]},
        [NAME.encoded, create("Bruno", name="name", salt="other").encoded],
    ),
    "an element where a claim belongs": ({"_sd": [CROP_DIGEST]}, [CROP.encoded]),
    "a claim where an element belongs": ({"x": [{"...": NAME_DIGEST}]}, [NAME.encoded]),
    "digests that are no list": ({"_sd": NAME_DIGEST}, []),
    "digests that are no texts": ({"_sd": [1]}, []),
    "an array digest that is no text": ({"x": [{"...": 1}]}, []),
    "an array digest with company": ({"x": [{"...": CROP_DIGEST, "y": 1}]}, []),
    "dots outside an array": ({"x": {"...": CROP_DIGEST}}, []),
    "a hash algorithm in the depth": ({"x": {"_sd_alg": "sha-256"}}, []),
    "a weak hash": ({"_sd_alg": "md5", "_sd": []}, []),
    "a hash that is no text": ({"_sd_alg": 256}, []),
    "a hash that is a list": ({"_sd_alg": ["sha-256"]}, []),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what: str) -> None:
    payload, disclosures = REFUSED[what]
    with pytest.raises(MalformedInputError):
        process(payload, disclosures)


def test_disclosures_within_disclosures_do_not_go_on_for_ever() -> None:
    chain = [create("bottom", name="x", salt="0")]
    for number in range(MAX_DEPTH):
        inner = {"_sd": [digest(chain[-1].encoded)]}
        chain.append(create(inner, name="x", salt=str(number + 1)))
    with pytest.raises(MalformedInputError, match="nested too deeply"):
        process({"_sd": [digest(chain[-1].encoded)]}, [one.encoded for one in chain])


def test_hundred_thousand_disclosures_are_counted_before_they_are_read() -> None:
    with pytest.raises(MalformedInputError, match="more than 1000"):
        compact.parse("a.b.c~" + "x~" * 100_000)


def test_fifty_megabytes_are_not_taken_apart() -> None:
    with pytest.raises(MalformedInputError, match="longer than"):
        compact.parse("a.b.c~" + "x" * 50_000_000 + "~")


@pytest.mark.parametrize("value", ["", "a.b.c", {"a": 1}, None])
def test_what_is_no_sd_jwt(value: object) -> None:
    with pytest.raises(MalformedInputError):
        compact.parse(value)


def test_compact_parts_and_back() -> None:
    assert compact.parse("a.b.c~") == SDJWT("a.b.c")
    assert compact.parse("a.b.c~x~y~") == SDJWT("a.b.c", ("x", "y"))
    assert compact.parse("a.b.c~x~d.e.f") == SDJWT("a.b.c", ("x",), "d.e.f")
    for text in ("a.b.c~", "a.b.c~x~y~", "a.b.c~x~d.e.f"):
        assert compact.parse(text).serialize() == text
