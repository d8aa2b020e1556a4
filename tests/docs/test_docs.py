"""Whatever file, module or name a page mentions is there, and every page is reached from the README."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
OURS = "common|issuer|wallet|verifier|tests|deploy|docs"
PATH = re.compile(rf"(?<![\w./<{{}}-])(?:{OURS})/[\w./*-]*[\w*/]")
NAME = re.compile(rf"`((?:{OURS})(?:\.\w+)+)(?:\(\))?`")
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([\w-]+))?\)")


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)


def exists(path: str) -> bool:
    """Whether a path of the repository is there; one with a star has to match something.

    In `issuer/AUTHORITY` the capitals stand for a name that somebody chose.
    """
    if path.rpartition("/")[2].isupper():
        return True
    return any(ROOT.glob(path.rstrip("/"))) if "*" in path else (ROOT / path).exists()


def found(name: str) -> bool:
    """Whether a dotted name leads to a module or to something in one."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            thing: object = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            if not hasattr(thing, part):
                return part in getattr(thing, "__annotations__", {})
            thing = getattr(thing, part)
        return True
    return False


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


def missing(page: Path) -> Iterator[str]:
    text = prose(page)
    yield from (path for path in PATH.findall(text) if not exists(path))
    yield from (name for name in NAME.findall(text) if not found(name))
    for target, anchor in LINK.findall(text):
        there = (page.parent / target).resolve() if target else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            yield f"{target}#{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_mentions_is_there(page: Path) -> None:
    assert not list(missing(page))


def test_every_page_is_reached_from_the_readme() -> None:
    reached, todo = set[Path](), [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        reached.add(page)
        links = ((page.parent / target).resolve() for target, _ in LINK.findall(page.read_text()) if target)
        todo.extend(each for each in links if each.suffix == ".md" and each not in reached and each.exists())
    assert set(PAGES) <= reached


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("see common/nothing.py", ["common/nothing.py"]),
        ("see `common.errors.Nothing`", ["common.errors.Nothing"]),
        ("see [there](nowhere.md)", ["nowhere.md#"]),
        ("see `common.errors.SelloError`, common/errors.py and tests/docs/test_*.py", []),
    ],
)
def test_what_is_not_there_is_said(tmp_path: Path, text: str, said: list[str]) -> None:
    page = tmp_path / "page.md"
    page.write_text(text)
    assert list(missing(page)) == said
