"""The kinds of parts that have one dict each, and where else an identifier of theirs is written."""

import ast
import importlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from types import ModuleType
from typing import Any, Final

from deploy.rooms.modules import Module, Tree


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of part.

    `words` are the names under which the code keeps an identifier of the kind: an identifier counts where it
    is compared with, assigned to or passed as one of them. `everywhere`: its identifiers mean nothing else,
    so that each mention counts.
    """

    name: str
    module: str
    variable: str
    words: frozenset[str] = frozenset()
    everywhere: bool = False


KINDS: Final = (
    Kind("format", "common.formats", "FORMATS", everywhere=True),
    Kind("cryptosuite", "common.formats.data_integrity", "SUITES", everywhere=True),
    Kind("connector", "issuer.registries.connectors", "CONNECTORS", frozenset({"connector"})),
    Kind("gateway", "verifier.payments.gateways", "GATEWAYS", frozenset({"kind", "gateway"})),
    Kind("channel", "common.notices.channels", "CHANNELS", frozenset({"channel"})),
    Kind("action", "verifier.services.actions", "ACTIONS", frozenset({"action"})),
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A line that names a part."""

    kind: str
    identifier: str
    module: str
    line: int


def homes(kind: Kind) -> dict[str, set[str]]:
    """Where each identifier of a kind belongs: the modules that its part is made of, beside the dict's own.

    A part that has a folder of its own is at home in the whole folder, which ends in `.*`.
    """
    listed: Mapping[str, Any] = getattr(importlib.import_module(kind.module), kind.variable)
    return {
        identifier: {kind.module} | {_home(module, kind) for module in _modules_of(part)}
        for identifier, part in listed.items()
    }


def _home(module: str, kind: Kind) -> str:
    folder = module if hasattr(importlib.import_module(module), "__path__") else module.rpartition(".")[0]
    return module if folder == kind.module else f"{folder}.*"


def _modules_of(part: Any) -> set[str]:
    if isinstance(part, str):
        return {part.rpartition(".")[0]}
    if isinstance(part, ModuleType):
        return {part.__name__}
    found: set[str] = set()
    if is_dataclass(part) and not isinstance(part, type):  # a value that holds the part's functions
        values = (getattr(part, each.name) for each in fields(part))
        found = {value.__module__ for value in values if callable(value) and hasattr(value, "__module__")}
    return found or {getattr(part, "__module__", None) or type(part).__module__}


def mentions(tree: Tree, kind: Kind, places: Mapping[str, set[str]]) -> Iterator[Mention]:
    """Lines that name a part, by itself or by a constant, outside of its kind's dict and its own modules."""
    constants = _constants(tree, places) if kind.everywhere else {}
    for module in tree.values():
        elsewhere = {each for each, at_home in places.items() if not _at_home(module.name, at_home)}
        named = ((str(node.value), node.lineno) for node in _written(module, kind))
        for identifier, line in sorted({*named, *_constant_uses(module, tree, constants)}):
            if identifier in elsewhere:
                yield Mention(kind.name, identifier, module.name, line)


def stay_at_home(tree: Tree, kinds: Iterable[Kind] = KINDS) -> Iterator[str]:
    """An identifier of a part stands in its kind's dict and in its own module, and nowhere else."""
    for kind in kinds:
        for each in mentions(tree, kind, homes(kind)):
            yield (
                f"{each.module} names the {kind.name} {each.identifier} in line {each.line}:"
                f" {kind.module} and its own module alone name a {kind.name}"
            )


def _at_home(module: str, homes: set[str]) -> bool:
    folders = (home[:-2] for home in homes if home.endswith(".*"))
    return module in homes or any(module == each or module.startswith(each + ".") for each in folders)


def _constants(tree: Tree, identifiers: Mapping[str, object]) -> dict[tuple[str, str], str]:
    """The names at the top of modules that stand for an identifier: `(module, name)` to identifier."""
    found: dict[tuple[str, str], str] = {}
    for module in tree.values():
        for node in module.tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            value = getattr(node, "value", None)
            if (
                isinstance(value, ast.Constant)
                and value.value in identifiers
                and isinstance(targets[0], ast.Name)
            ):
                found[module.name, targets[0].id] = str(value.value)
    return found


def _constant_uses(
    module: Module, tree: Tree, constants: Mapping[tuple[str, str], str]
) -> Iterator[tuple[str, int]]:
    """Where a module uses such a name: its own, an imported one, or one of an imported module."""
    names = {name: identifier for (owner, name), identifier in constants.items() if owner == module.name}
    modules: dict[str, str] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                bound = alias.asname or alias.name
                if (node.module, alias.name) in constants:
                    names[bound] = constants[node.module, alias.name]
                elif f"{node.module}.{alias.name}" in tree:
                    modules[bound] = f"{node.module}.{alias.name}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name) and node.id in names:
            yield names[node.id], node.lineno
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            key = modules.get(node.value.id, ""), node.attr
            if key in constants:
                yield constants[key], node.lineno


def _written(module: Module, kind: Kind) -> Iterator[ast.Constant]:
    """The string constants of a module that may be identifiers of the kind."""
    if kind.everywhere:
        yield from _strings(module.tree)
        return
    seen: set[int] = set()
    for node in ast.walk(module.tree):
        for value in _beside(node, kind.words):
            for each in _strings(value):
                if id(each) not in seen:
                    seen.add(id(each))
                    yield each


def _beside(node: ast.AST, words: frozenset[str]) -> Iterator[ast.AST]:
    """What is compared with, given to or kept under one of the words."""
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        if any(_last_name(side) in words for side in sides):
            yield from sides
    elif isinstance(node, ast.keyword) and node.arg in words:
        yield node.value
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value in words:
                yield value
    elif isinstance(node, ast.Match) and _last_name(node.subject) in words:
        yield from (case.pattern for case in node.cases)
    elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(_last_name(target) in words for target in targets):
            yield node.value


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    return ""


def _strings(node: ast.AST) -> Iterator[ast.Constant]:
    """The string constants under a node: in f-strings too, docstrings not."""
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each
