"""What leaves a wallet, and nothing else."""

import pytest

from common.formats.sd_jwt.issuance import conceal
from common.formats.sd_jwt.processing import process
from common.formats.sd_jwt.selection import select_disclosures
from common.oid4vp import claims_path
from common.vcdm.credential import ClaimPath
from tests.common.formats.sd_jwt.salts import salts

CLAIMS = {
    "name": "Ana",
    "country": "PE",
    "address": {"village": "Pisac", "zone": "Cusco"},
    "parcels": [{"crop": "maize", "area": "2"}, {"crop": "potato", "area": "1"}],
}
PATHS: list[ClaimPath] = [
    ("name",), ("address",), ("address", "village"), ("address", "zone"),
    ("parcels",), ("parcels", None), ("parcels", None, "crop"), ("parcels", None, "area"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("paths", "shown"),
    [
        ([], {"country": "PE"}),
        ([("country",)], {"country": "PE"}),
        ([("name",)], {"country": "PE", "name": "Ana"}),
        ([("address", "zone")], {"country": "PE", "address": {"zone": "Cusco"}}),
        ([("address",)], {"country": "PE", "address": {"village": "Pisac", "zone": "Cusco"}}),
        ([("parcels", 0, "crop")], {"country": "PE", "parcels": [{"crop": "maize"}]}),
        ([("parcels", 1, "crop")], {"country": "PE", "parcels": [{}, {"crop": "potato"}]}),
        (
            [("parcels", None, "crop")],
            {"country": "PE", "parcels": [{"crop": "maize"}, {"crop": "potato"}]},
        ),
        ([("parcels", None)], {"country": "PE", "parcels": CLAIMS["parcels"]}),
        ([("address", "street")], {"country": "PE"}),
        ([("parcels", 7)], {"country": "PE"}),
        ([("name", "first"), ("parcels", "crop"), ("address", None)], {"country": "PE"}),
        (
            [("name",), ("address", "village")],
            {"country": "PE", "name": "Ana", "address": {"village": "Pisac"}},
        ),
    ],
)
def test_select(paths: list[ClaimPath], shown: dict[str, object]) -> None:
    payload, disclosures = conceal(CLAIMS, PATHS, salt=salts(), decoys_to=4)
    processed = process(payload, [one.encoded for one in disclosures])
    assert process(payload, select_disclosures(processed, paths)).payload == shown


@pytest.mark.parametrize(
    "paths",
    [
        [("codes", 2)],
        [("codes", 0), ("codes", 2)],
        [("codes", 1)],
        [("rows", 1, 1)],
        [("parcels", 1, "crop"), ("name",)],
    ],
)
@pytest.mark.parametrize("decoys_to", [1, 4])
def test_who_asks_by_position_finds_the_same_there(paths: list[ClaimPath], decoys_to: int) -> None:
    claims = {**CLAIMS, "codes": ["DE", "FR", "US"], "rows": [["a", "b"], ["c", "d"]]}
    concealed: list[ClaimPath] = [*PATHS, ("codes", None), ("rows", 0), ("rows", None, None)]
    payload, disclosures = conceal(claims, concealed, salt=salts(), decoys_to=decoys_to)
    processed = process(payload, [one.encoded for one in disclosures])
    seen = process(payload, select_disclosures(processed, paths)).payload
    for path in paths:
        assert claims_path.select_claims(seen, path) == claims_path.select_claims(claims, path)
    assert "zone" not in str(seen)
    if ("codes", 1) in paths:
        assert seen["codes"] == ["DE", "FR"]  # and nothing after it
