"""Rooms and their arrows as docs/architecture.md draws them: Mermaid, a box a floor, from the imports."""

from collections.abc import Mapping, Set
from pathlib import Path
from typing import Final

from deploy.rooms.floors import FLOORS, Floors, room_of
from deploy.rooms.modules import ROOT, Tree, arrows

PAGE: Final = ROOT / "docs" / "architecture.md"
Arrows = dict[str, set[str]]


def begin(scope: str) -> str:
    """The mark before a scope's drawing."""
    return f"<!-- rooms:begin {scope or 'site'} -->"


def end(scope: str) -> str:
    """The mark after it."""
    return f"<!-- rooms:end {scope or 'site'} -->"


def room_arrows(tree: Tree, scope: str, floors: Mapping[str, Floors] = FLOORS) -> Arrows:
    """Which rooms of a scope import which others of it."""
    found: Arrows = {room: set() for floor in floors[scope] for room in floor}
    for name, targets in arrows(tree).items():
        here = room_of(name, scope, floors)
        for target in targets if here else ():
            there = room_of(target, scope, floors)
            if here and there and here[1] != there[1]:
                found[here[1]].add(there[1])
    return found


def reduced(graph: Arrows) -> Arrows:
    """Only those arrows that do not follow from others, so that a drawing can be read."""
    reach: dict[str, Set[str]] = {}

    def reached(room: str) -> Set[str]:
        if room not in reach:
            reach[room] = set()  # a circle ends here
            reach[room] = set().union(*({each} | reached(each) for each in graph[room]))
        return reach[room]

    return {
        room: {each for each in targets if not any(each in reached(other) for other in targets - {each})}
        for room, targets in graph.items()
    }


def mermaid(tree: Tree, scope: str, floors: Mapping[str, Floors] = FLOORS) -> str:
    """One scope as a Mermaid flowchart, the highest floor on top."""
    lines = ["```mermaid", "flowchart TB"]
    for number, rooms in reversed(list(enumerate(floors[scope]))):
        lines.append(f'  subgraph f{number}[" "]')
        lines.extend(f'    {_id(room)}["{_short(room, scope)}"]' for room in rooms)
        lines.append("  end")
    graph = reduced(room_arrows(tree, scope, floors))
    for floor in reversed(floors[scope]):
        for room in floor:
            lines.extend(f"  {_id(room)} --> {_id(target)}" for target in sorted(graph[room]))
    return "\n".join([*lines, "```"])


def _id(room: str) -> str:
    return room.replace(".", "_")


def _short(room: str, scope: str) -> str:
    return room.removeprefix(f"{scope}.") if scope and room != scope else room


def drawn_scopes(page: str) -> list[str]:
    """The scopes that have a place in the page."""
    return [scope for scope in FLOORS if begin(scope) in page]


def rewritten(page: str, tree: Tree) -> str:
    """The page with every drawing in it made anew."""
    for scope in drawn_scopes(page):
        before, _, rest = page.partition(begin(scope))
        _, _, after = rest.partition(end(scope))
        page = f"{before}{begin(scope)}\n{mermaid(tree, scope)}\n{end(scope)}{after}"
    return page


def redraw(tree: Tree, page: Path = PAGE) -> None:
    """Write the drawings into the page."""
    page.write_text(rewritten(page.read_text(), tree))
