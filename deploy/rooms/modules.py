"""The modules of a source tree, and what each of them imports: the one reading that map and tests share."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
SETTINGS: Final = "common.config.settings"
TOPS: Final = ("common", "issuer", "wallet", "verifier")
_DOTTED: Final = re.compile(r"[a-z_]\w*(?:\.\w+)+")


@dataclass(frozen=True)
class Module:
    """One file of Python: its dotted name, its text, and its syntax tree."""

    name: str
    path: Path

    @cached_property
    def text(self) -> str:
        """What stands in the file."""
        return self.path.read_text()

    @cached_property
    def tree(self) -> ast.Module:
        """The file's syntax tree."""
        return ast.parse(self.text)

    @property
    def lines(self) -> int:
        """How many lines the file has."""
        return len(self.text.splitlines())

    @property
    def is_package(self) -> bool:
        """Whether this is a package's `__init__`."""
        return self.path.name == "__init__.py"


Tree = Mapping[str, Module]
"""Modules by their dotted names; a package's `__init__` has the package's name."""


def read_modules(root: Path = ROOT, tops: tuple[str, ...] = TOPS) -> Tree:
    """Every module under the top-level packages but their migrations, which Django writes."""
    found: dict[str, Module] = {}
    for top in tops:
        for path in sorted((root / top).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            if "migrations" not in parts:
                name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
                found[name] = Module(name, path)
    return found


def imported(module: Module, tree: Tree) -> Iterator[tuple[str, int]]:
    """What a file imports, and in which line; imports within functions count.

    `from a import b` is `a.b` where that is a module of the tree, else `a`. A module that is named in a
    string (`import_string`) is imported too, by another hand; the settings name the parts of the whole site.
    """
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, module)
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield (inner if inner in tree else base), node.lineno
        elif isinstance(node, ast.Constant) and module.name != SETTINGS:
            yield from ((target, node.lineno) for target in _named_by(node.value, tree))


def _named_by(value: object, tree: Tree) -> Iterator[str]:
    """The module that a string names, or whose function or class it names."""
    if isinstance(value, str) and _DOTTED.fullmatch(value):
        parts = value.split(".")
        names = (".".join(parts[:end]) for end in range(len(parts), 1, -1))
        yield from [name for name in names if name in tree][:1]


def _absolute(node: ast.ImportFrom, module: Module) -> str:
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    parts = parts[: len(parts) - node.level + module.is_package]
    return ".".join([*parts, *([node.module] if node.module else [])])


def arrows(tree: Tree) -> dict[str, dict[str, int]]:
    """Who imports whom within the tree, with a line of each: `{module: {imported module: line}}`."""
    found: dict[str, dict[str, int]] = {}
    for module in tree.values():
        targets = found.setdefault(module.name, {})
        for target, line in imported(module, tree):
            if target in tree and target != module.name:
                targets.setdefault(target, line)
    return found


def circles(graph: Mapping[str, Mapping[str, object]]) -> list[list[str]]:
    """The groups of nodes in which each is reached from each other (Tarjan), each group sorted."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for target in graph.get(node, ()):
            if target not in index:
                visit(target)
            if target in stack:
                low[node] = min(low[node], low[target])
        if low[node] == index[node]:
            at = stack.index(node)
            group = stack[at:]
            del stack[at:]
            if len(group) > 1:
                found.append(sorted(group))

    for node in graph:
        if node not in index:
            visit(node)
    return sorted(found)
