"""An identifier of a part that is written elsewhere than in its dict and its own module is found."""

from pathlib import Path

import pytest

from deploy.rooms.parts import Kind, Mention, mentions
from tests.deploy.rooms.samples import grown

FORMAT = Kind("format", "common.formats", "FORMATS", everywhere=True)
CONNECTOR = Kind("connector", "issuer.registries.connectors", "CONNECTORS", frozenset({"connector"}))
HOMES = {"mso_mdoc": {"common.formats", "common.formats.mdoc.*"}}
CSV = {"csv": {"issuer.registries.connectors", "issuer.registries.connectors.spreadsheet"}}


def test_a_format_counts_wherever_it_is_written(tmp_path: Path) -> None:
    tree = grown(
        tmp_path,
        {
            "common/formats/mdoc/format.py": 'FORMAT = "mso_mdoc"\n',
            "common/formats/detect.py": 'NAME = "mso_mdoc"\n',
            "wallet/a.py": "from common.formats.mdoc.format import FORMAT\nx = FORMAT\n",
            "wallet/b.py": "from common.formats.mdoc import format\nx = format.FORMAT\n",
        },
    )
    assert list(mentions(tree, FORMAT, HOMES)) == [
        Mention("format", "mso_mdoc", module, line)
        for module, line in (("common.formats.detect", 1), ("wallet.a", 2), ("wallet.b", 2))
    ]


@pytest.mark.parametrize(
    "line",
    [
        'x = registry.connector != "csv"',
        'x = connector in ("sql", "csv")',
        'make(connector="csv")',
        'x = {"connector": "csv"}',
        'connector = "csv"',
        'row["connector"] = "csv"',
        'connector: str = field(default="csv")',
        'match registry.connector:\n    case "csv": pass',
    ],
)
def test_a_common_word_counts_where_it_names_a_part(tmp_path: Path, line: str) -> None:
    tree = grown(tmp_path, {"issuer/a.py": line})
    assert [each.identifier for each in mentions(tree, CONNECTOR, CSV)] == ["csv"]


@pytest.mark.parametrize("line", ['suffix = "csv"', 'open_file(name, "csv")', 'x = suffix == "csv"'])
def test_a_common_word_may_mean_something_else(tmp_path: Path, line: str) -> None:
    tree = grown(tmp_path, {"issuer/a.py": line})
    assert list(mentions(tree, CONNECTOR, CSV)) == []


def test_a_part_is_at_home_in_its_own_module(tmp_path: Path) -> None:
    tree = grown(
        tmp_path, {"issuer/registries/connectors/spreadsheet.py": 'x = registry.connector == "csv"\n'}
    )
    assert list(mentions(tree, CONNECTOR, CSV)) == []
