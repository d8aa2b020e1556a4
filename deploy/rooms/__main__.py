"""Print the map (`make rooms`), or draw it anew in docs/architecture.md (`ARGS=--draw`).

Rooms by floor with their arrows, then what the tree is judged by: circles, long files, branching functions,
and the places that name a part outside of its dict and its own module.
"""

import os
import sys
from collections.abc import Iterable, Iterator

import django

from deploy.rooms import drawing, figures, parts
from deploy.rooms.floors import FLOORS
from deploy.rooms.modules import ROOT, Tree, read_modules


def rooms(tree: Tree) -> Iterator[str]:
    """Each scope's floors, the highest first, and whom each room imports within the scope."""
    for scope, floors in FLOORS.items():
        graph = drawing.room_arrows(tree, scope)
        yield f"\n{scope or 'the whole tree'}: {len(graph)} rooms, {sum(map(len, graph.values()))} arrows"
        for number, floor in reversed(list(enumerate(floors))):
            for room in floor:
                targets = ", ".join(sorted(each.removeprefix(f"{scope}.") for each in graph[room]))
                yield f"  {number:2}  {room.removeprefix(f'{scope}.'):24} → {targets or '–'}"


def judged(tree: Tree) -> Iterator[str]:
    """The figures, each with what it counts."""
    folders = figures.folders(tree)
    yield f"\n{len(tree)} modules in {len(folders)} folders with {sum(map(len, folders.values()))} arrows"
    yield from _listed("folders that import each other in a circle", figures.groups(folders))
    yield from _listed(f"files over {figures.LONG} lines", figures.long_files(tree))
    yield from _listed(f"functions over complexity {figures.COMPLEX}", figures.complex_functions(ROOT))
    for kind in parts.KINDS:
        found = list(parts.mentions(tree, kind, parts.homes(kind)))
        lines = sorted({(each.module, each.line) for each in found})
        yield from _listed(
            f"lines that name a {kind.name} outside of {kind.module} and its own module",
            [f"{module}:{line}" for module, line in lines],
        )


def _listed(what: str, found: Iterable[object]) -> Iterator[str]:
    items = list(found)
    yield f"{len(items)} {what}"
    for item in items:
        yield "    " + (" ".join(map(str, item)) if isinstance(item, list | tuple) else str(item))


def main() -> None:
    """Print, or draw."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "common.config.settings")
    django.setup()
    tree = read_modules()
    if "--draw" in sys.argv[1:]:
        drawing.redraw(tree)
        return
    print(*rooms(tree), *judged(tree), sep="\n")


if __name__ == "__main__":
    main()
