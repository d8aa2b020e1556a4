"""The figures by which the tree is judged: rooms and circles, long files, branching functions."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from deploy.rooms.modules import TOPS, Tree, arrows, circles

LONG: Final = 250
COMPLEX: Final = 10

Rooms = dict[str, dict[str, int]]
"""Arrows between rooms: `{room: {imported room: how many imports}}`."""


def folder_of(name: str, tree: Tree) -> str:
    """The folder that holds a module; what lies at the top of a party (models, urls, …) is one by itself."""
    if tree[name].is_package:
        return name
    folder = name.rpartition(".")[0]
    return name if folder in TOPS or not folder else folder


def folders(tree: Tree) -> Rooms:
    """The folders of the tree and what they import from each other."""
    found: Rooms = {}
    for name in tree:
        found.setdefault(folder_of(name, tree), {})
    for name, targets in arrows(tree).items():
        here = found[folder_of(name, tree)]
        for target in targets:
            there = folder_of(target, tree)
            if there != folder_of(name, tree):
                here[there] = here.get(there, 0) + 1
    return found


def pairs(rooms: Mapping[str, Mapping[str, int]]) -> list[tuple[str, str]]:
    """Rooms that import each other at once."""
    return sorted(
        (here, there) for here in rooms for there in rooms[here] if here < there and here in rooms[there]
    )


def groups(rooms: Mapping[str, Mapping[str, int]]) -> list[list[str]]:
    """Rooms that reach one another in a circle of any length."""
    return circles(rooms)


def long_files(tree: Tree, most: int = LONG) -> list[tuple[int, str]]:
    """Files of more lines than this, the longest first."""
    return sorted(((each.lines, each.name) for each in tree.values() if each.lines > most), reverse=True)


def complex_functions(root: Path, most: int = COMPLEX) -> list[str]:
    """Functions of a greater cyclomatic complexity than this, as ruff counts it (C901), with their places."""
    command = [
        *(sys.executable, "-m", "ruff", "check", "--isolated", "--exit-zero", "--no-cache"),
        *("--select", "C901", "--config", f"lint.mccabe.max-complexity={most}"),
        *("--output-format", "json", "--exclude", "migrations", *TOPS, "deploy"),
    ]
    said = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    return [
        f"{Path(each['filename']).relative_to(root)}:{each['location']['row']} {each['message']}"
        for each in json.loads(said)
    ]
