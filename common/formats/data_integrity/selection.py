"""Choosing parts of a JSON-LD document by JSON Pointer (VC-DI-ECDSA §3.4.10 to §3.4.13).

The pointers are read as one tree, and the document is walked once: the result is in the document's own order.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any, Final

from common.errors import SelloError
from common.vcdm.credential import ClaimPath

MAX_POINTERS: Final = 5_000
_INDEX: Final = re.compile(r"(0|[1-9][0-9]{0,8})\Z")
_ALWAYS: Final = ("@context", "id", "@id", "type", "@type")
Tree = dict[str, "Tree | None"]  # by reference token; None takes what stands there whole


class SelectionError(SelloError):
    """A pointer that leads nowhere in this document (VC-DI-ECDSA §3.4.12)."""

    code = "PROOF_GENERATION_ERROR"


def select_json_ld(document: Mapping[str, Any], pointers: Sequence[str]) -> dict[str, Any] | None:
    """The parts of a document that `pointers` lead to, each with the names and types on its way (§3.4.13).

    None where nothing is selected. A list keeps its chosen elements and closes the gaps between them.
    """
    if not pointers:
        return None
    if len(pointers) > MAX_POINTERS:
        raise SelectionError(f"More than {MAX_POINTERS} pointers are not accepted.")
    found = _select(document, _tree(pointers))
    assert isinstance(found, dict)
    return found


def tokens(pointer: str) -> list[str]:
    """The reference tokens of a JSON Pointer (RFC 6901 §3, §4; §3.4.10)."""
    if not isinstance(pointer, str) or not pointer.startswith("/"):
        raise SelectionError("A JSON Pointer to a part of the document begins with a slash.")
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def pointer(path: Iterable[str | int]) -> str:
    """The JSON Pointer of names and positions."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def pointers_of(document: Mapping[str, Any], path: ClaimPath) -> list[str]:
    """The pointers to what a claims path selects, perhaps none (OpenID4VP 1.0 §7).

    Since lists close their gaps, an element keeps its place only together with those before it.
    """
    found: list[tuple[tuple[str | int, ...], Any]] = [((), document)]
    for part in path:
        found = [((*at, *key), item) for at, value in found for key, item in _children(value, part)]
    return [pointer(at) for at, _ in found]


def _children(value: Any, part: str | int | None) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(part, str):
        if isinstance(value, Mapping) and part in value:
            yield (part,), value[part]
    elif isinstance(value, list):
        chosen = value if part is None else value[: part + 1] if part < len(value) else []
        yield from (((index,), item) for index, item in enumerate(chosen))
    elif not part:  # in RDF what stands alone is a set of one
        yield (), value


def _tree(pointers: Sequence[str]) -> Tree:
    root: Tree = {}
    for text in pointers:
        *way, last = tokens(text)
        node: Tree | None = root
        for token in way:
            if node is not None:
                node = node.setdefault(token, {})
        if node is not None:  # else it is chosen already, with all around it
            node[last] = None
    return root


def _select(value: Any, tree: Tree | None) -> Any:
    if tree is None:
        return deepcopy(value)
    if isinstance(value, Mapping):
        if not tree.keys() <= value.keys():
            raise SelectionError("A JSON Pointer leads to something that this document does not have.")
        return {
            name: _select(item, tree.get(name))
            for name, item in value.items()
            if name in tree or name in _ALWAYS
        }
    if isinstance(value, list):
        if not all(_INDEX.match(token) and int(token) < len(value) for token in tree):
            raise SelectionError("A JSON Pointer leads to an element that this document does not have.")
        return [_select(value[index], tree[str(index)]) for index in sorted(map(int, tree))]
    raise SelectionError("A JSON Pointer goes on where this document ends.")
