"""The map: figures and drawings of a small tree, and that of the page as it was drawn last."""

from pathlib import Path

from deploy.rooms import drawing, figures
from deploy.rooms.floors import Floors
from deploy.rooms.modules import read_modules
from tests.deploy.rooms.samples import grown

FILES = {
    "issuer/models.py": "",
    "issuer/status/lists.py": "import issuer.models\n",
    "issuer/offers/create.py": "import issuer.models\nimport issuer.status.lists\n",
}
HOUSE: dict[str, Floors] = {
    "issuer": (("issuer",), ("issuer.models",), ("issuer.status",), ("issuer.offers",)),
}


def test_rooms_and_their_arrows(tmp_path: Path) -> None:
    tree = grown(tmp_path, FILES)
    graph = drawing.room_arrows(tree, "issuer", HOUSE)
    assert graph["issuer.offers"] == {"issuer.models", "issuer.status"}
    assert drawing.reduced(graph)["issuer.offers"] == {"issuer.status"}


def test_a_drawing(tmp_path: Path) -> None:
    drawn = drawing.mermaid(grown(tmp_path, FILES), "issuer", HOUSE).splitlines()
    assert drawn[:3] == ["```mermaid", "flowchart TB", '  subgraph f3[" "]']
    assert '    issuer_status["status"]' in drawn
    assert "  issuer_offers --> issuer_status" in drawn
    assert "  issuer_offers --> issuer_models" not in drawn


def test_folders_in_a_circle(tmp_path: Path) -> None:
    circle = {**FILES, "issuer/status/change.py": "from issuer.offers import create\n"}
    folders = figures.folders(grown(tmp_path, circle))
    assert figures.groups(folders) == [["issuer.offers", "issuer.status"]]
    assert figures.pairs(folders) == [("issuer.offers", "issuer.status")]


def test_files_and_functions(tmp_path: Path) -> None:
    branches = "\n".join(f"    if x == {n}: return {n}" for n in range(11))
    files = {"issuer/a.py": f"def choose(x):\n{branches}\n", "issuer/b.py": "x = 1\n" * 251}
    tree = grown(tmp_path, files)
    assert figures.long_files(tree) == [(251, "issuer.b")]
    for top in ("common", "wallet", "verifier", "deploy"):
        (tmp_path / top).mkdir()
    assert figures.complex_functions(tmp_path) == ["issuer/a.py:1 `choose` is too complex (12 > 10)"]


def test_the_page_is_drawn_as_the_imports_are() -> None:
    page = drawing.PAGE.read_text()
    assert drawing.rewritten(page, read_modules()) == page, "say `make rooms ARGS=--draw`"
