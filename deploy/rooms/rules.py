"""The rules of the architecture, each a function from a tree to the sentences that say where it is broken."""

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from deploy.rooms import floors as plan
from deploy.rooms.floors import Floors, room_of, within
from deploy.rooms.modules import Module, Tree, arrows, circles, imported
from deploy.rooms.verbs import VERBS

MOST_LINES: Final = 300
MOST_LINES_OF_TESTS: Final = 400
_PAGES: Final = re.compile(r"(issuer|wallet|verifier)\.(api|pages)(\.|$)")
_QUERIES: Final = frozenset(
    {
        *("filter", "exclude", "get_or_create", "update_or_create", "bulk_create", "bulk_update"),
        *("select_related", "prefetch_related", "select_for_update", "values_list"),
        *("save", "delete", "full_clean", "refresh_from_db"),
    }
)
_SHORTCUTS: Final = frozenset({"get_object_or_404", "get_list_or_404"})


def stands_in_a_room(tree: Tree, floors: Mapping[str, Floors] = plan.FLOORS) -> Iterator[str]:
    """Every module stands in a room of each scope around it."""
    for name in tree:
        for scope in floors:
            if within(name, scope) and room_of(name, scope, floors) is None:
                yield f"{name} stands in no room of {scope or 'the tree'}"


def neighbours_of_rooms_are_rooms(tree: Tree, floors: Mapping[str, Floors] = plan.FLOORS) -> Iterator[str]:
    """Where the folders in a folder are rooms of their own, a further one is too: none may import another."""
    folders = {name.rpartition(".")[0] for name in tree}
    for scope in floors:
        rooms = {room for floor in floors[scope] for room in floor}
        parted = {room.rpartition(".")[0] for room in rooms & folders} - {scope}
        for folder in sorted(folders - rooms):
            if within(folder, scope) and folder.rpartition(".")[0] in parted:
                yield f"{folder} is no room beside rooms: add it to their floor in deploy/rooms/floors.py"


def imports_go_down(tree: Tree, floors: Mapping[str, Floors] = plan.FLOORS) -> Iterator[str]:
    """A module imports its own room and lower floors, in every scope that holds both ends."""
    for name, targets in arrows(tree).items():
        for target in targets:
            for scope in floors:
                here, there = room_of(name, scope, floors), room_of(target, scope, floors)
                if here is None or there is None or here[1] == there[1]:
                    continue
                broken = f"{name} imports {target}: imports go down only, and"
                if there[0] > here[0]:
                    yield f"{broken} {there[1]} stands above {here[1]}"
                elif there[0] == here[0]:
                    yield f"{broken} {here[1]} and {there[1]} share a floor"


def no_circles(tree: Tree) -> Iterator[str]:
    """No modules import one another in a circle, not even within functions."""
    for group in circles(arrows(tree)):
        yield f"{' and '.join(group)} import one another in a circle"


def imports_are_absolute(tree: Tree) -> Iterator[str]:
    """A reader finds the imported file by its full name."""
    for module in tree.values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and node.level:
                yield f"{module.name} imports relatively: imports are absolute"


def pure_floors_stay_pure(tree: Tree) -> Iterator[str]:
    """Time, randomness and network arrive as arguments, but where Django lives."""
    for module in tree.values():
        if module.name.startswith(plan.DJANGO_ROOMS) or module.name in plan.SECRETS_MAY:
            continue
        for target, _ in imported(module, tree):
            if {target, target.split(".")[0]} & plan.IMPURE:
                yield f"{module.name} imports {target}: time, randomness and network arrive as arguments"


def common_names_no_party(tree: Tree) -> Iterator[str]:
    """Of `common`, the composition root alone names the parties."""
    for module in tree.values():
        if module.name.startswith("common") and not module.name.startswith("common.config"):
            for target, _ in imported(module, tree):
                if target.split(".")[0] in ("issuer", "wallet", "verifier"):
                    yield f"{module.name} names {target}: only common.config names the parties"


def pages_ask_services(tree: Tree) -> Iterator[str]:
    """Pages and API parse and render; rows are loaded and stored by services."""
    for module in tree.values():
        if not _PAGES.match(module.name):
            continue
        for node in ast.walk(module.tree):
            if word := _query(node, module):
                yield f"{module.name} uses {word}: pages and API ask services, never tables"


def _query(node: ast.AST, module: Module) -> str:
    """The word by which a node asks a table, or nothing."""
    if isinstance(node, ast.Name) and node.id in _SHORTCUTS:
        return node.id
    if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager"):
        return f".{node.attr}"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _QUERIES:
        owner = node.func.value
        if not (isinstance(owner, ast.Name) and owner.id in _imported_names(module)):
            return f".{node.func.attr}()"
    return ""


def _imported_names(module: Module) -> set[str]:
    return {
        alias.asname or alias.name.split(".")[0]
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }


def files_stay_short(tree: Tree, most: int = MOST_LINES) -> Iterator[str]:
    """A file that grows beyond a screenful of screens has taken in a second subject."""
    for module in tree.values():
        if module.lines > most:
            yield f"{module.name} has {module.lines} lines: no file has over {most}"


def classes_have_one_name(tree: Tree) -> Iterator[str]:
    """A class name means one class in the whole tree; management commands are all called `Command`."""
    yield from _twice(tree, ast.ClassDef, except_for={"Command"}, what="class")


def functions_have_one_name(tree: Tree, verbs: Collection[str] = VERBS) -> Iterator[str]:
    """A public function's name means one function, but for the verbs that many modules share."""
    yield from _twice(tree, ast.FunctionDef, except_for=verbs, what="function")


def _twice(tree: Tree, kind: type, *, except_for: Collection[str], what: str) -> Iterator[str]:
    places: dict[str, list[str]] = {}
    for module in tree.values():
        for node in module.tree.body:
            if isinstance(node, kind):
                name: str = node.name  # type: ignore[attr-defined]
                if not name.startswith("_") and name not in except_for:
                    places.setdefault(name, []).append(module.name)
    for name, modules in sorted(places.items()):
        if len(modules) > 1:
            yield f"{name} is a {what} in {' and '.join(sorted(modules))}: one name means one thing"


def verbs_are_needed(tree: Tree, verbs: Collection[str] = VERBS) -> Iterator[str]:
    """A listed verb is one that several modules have."""
    doubles = {each.split(" ")[0] for each in functions_have_one_name(tree, ())}
    for verb in sorted(set(verbs) - doubles):
        yield f"{verb} is listed as a verb of several modules, and is in one at most"


def errors_end_in_error(tree: Tree) -> Iterator[str]:
    """Whatever can be raised says so by its name."""
    classes = [
        (module.name, node)
        for module in tree.values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
    ]
    errors: dict[str, str] = {}
    roots = {"BaseException", "Exception"}
    grew = True
    while grew:
        grew = False
        for module_name, node in classes:
            raised = any(base in roots or base in errors or base.endswith("Error") for base in _bases(node))
            if raised and node.name not in errors:
                errors[node.name] = module_name
                grew = True
    for name, module_name in sorted(errors.items()):
        if not name.endswith("Error"):
            yield f"{module_name}.{name} can be raised: names of error classes end in Error"


def _bases(node: ast.ClassDef) -> Iterator[str]:
    for base in node.bases:
        if isinstance(base, ast.Name | ast.Attribute):
            yield base.id if isinstance(base, ast.Name) else base.attr
