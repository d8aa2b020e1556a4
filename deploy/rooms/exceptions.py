"""What may break a rule, by rule and module, with the reason. A line that is no longer needed goes."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from deploy.rooms.modules import Tree

Exceptions = Mapping[str, Mapping[str, str]]
EXCEPTIONS: Final[Exceptions] = {}


def broken(
    rule: Callable[[Tree], Iterator[str]], tree: Tree, exceptions: Exceptions = EXCEPTIONS
) -> list[str]:
    """What a rule says of the tree, but of modules that are excepted from it."""
    excepted = exceptions.get(rule.__name__, {})
    return [each for each in rule(tree) if each.split(" ")[0] not in excepted]


def needless(
    rule: Callable[[Tree], Iterator[str]], tree: Tree, exceptions: Exceptions = EXCEPTIONS
) -> list[str]:
    """The modules that are excepted from a rule and do not break it."""
    breaking = {each.split(" ")[0] for each in rule(tree)}
    return sorted(set(exceptions.get(rule.__name__, {})) - breaking)
