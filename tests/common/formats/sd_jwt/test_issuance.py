"""What is concealed, what stays, and what the digests betray."""

import pytest

from common.errors import MalformedInputError
from common.formats.sd_jwt.issuance import conceal
from common.formats.sd_jwt.processing import process
from tests.common.formats.sd_jwt.salts import salts

FARM = {
    "name": "Ana Quispe",
    "parcels": [{"crop": "maize", "area": "1.5"}, {"crop": "potato", "area": "0.3"}],
    "address": {"village": "Ollantaytambo", "country": "PE"},
}


def test_nested_and_recursive_paths() -> None:
    payload, disclosures = conceal(
        FARM,
        [("address",), ("address", "village"), ("parcels", None), ("parcels", None, "crop")],
        salt=salts(),
    )
    assert payload["name"] == "Ana Quispe"
    assert set(payload) == {"name", "parcels", "_sd"}
    assert [set(element) for element in payload["parcels"]] == [{"..."}, {"..."}]
    assert sorted(one.name or "" for one in disclosures) == ["", "", "address", "crop", "crop", "village"]
    assert "maize" not in str(payload) + str([one.value for one in disclosures if one.name is None])
    assert process(payload, [one.encoded for one in disclosures]).payload == FARM


def test_digests_stand_in_an_order_that_says_nothing() -> None:
    payload, _ = conceal(FARM, [("name",), ("address",), ("parcels",)], salt=salts())
    assert payload["_sd"] == sorted(payload["_sd"])


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_decoys_hide_how_many_claims_there_are(count: int) -> None:
    claims = {f"claim{number}": number for number in range(count)}
    payload, disclosures = conceal(claims, [(name,) for name in claims], salt=salts(), decoys_to=4)
    assert len(disclosures) == count
    assert len(set(payload["_sd"])) == 4


def test_decoys_hide_how_long_an_array_is() -> None:
    payload, disclosures = conceal({"children": ["Inés"]}, [("children", None)], salt=salts(), decoys_to=4)
    assert len(payload["children"]) == 4
    assert process(payload, [one.encoded for one in disclosures]).payload == {"children": ["Inés"]}


def test_every_salt_is_used_once() -> None:
    used: list[str] = []
    draw = salts()

    def salt() -> str:
        used.append(draw())
        return used[-1]

    conceal(FARM, [("name",), ("address",), ("parcels", None)], salt=salt, decoys_to=4)
    assert len(used) == len(set(used)) == 4 + 4


def test_an_absent_claim_is_passed_over() -> None:
    payload, disclosures = conceal(
        {"name": "Ana", "address": None}, [("born",), ("address", "x")], salt=salts()
    )
    assert payload == {"name": "Ana", "address": None}
    assert disclosures == ()


@pytest.mark.parametrize("path", [("name", "first"), ("address", None), ("parcels", "crop"), ("address", 0)])
def test_a_path_that_would_conceal_nothing_is_an_error(path: tuple[str | int | None, ...]) -> None:
    with pytest.raises(MalformedInputError):
        conceal(FARM, [path], salt=salts())


@pytest.mark.parametrize("name", ["_sd", "...", "_sd_alg"])
def test_claims_cannot_be_named_like_the_machinery(name: str) -> None:
    with pytest.raises(MalformedInputError):
        conceal({"address": {name: "x"}}, [], salt=salts())
