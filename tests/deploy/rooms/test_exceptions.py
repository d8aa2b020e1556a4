"""An exception from a rule has a reason, holds for its module alone, and goes when nothing needs it."""

from pathlib import Path

import pytest

from deploy.rooms import parts, rules
from deploy.rooms.exceptions import EXCEPTIONS, broken, needless
from deploy.rooms.modules import read_modules
from tests.deploy.rooms.samples import grown


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_each_exception_is_needed(name: str) -> None:
    rule = getattr(rules, name, None) or getattr(parts, name)
    assert not needless(rule, read_modules())


def test_each_shared_verb_is_needed() -> None:
    assert not list(rules.verbs_are_needed(read_modules()))


def test_an_exception_is_for_one_module_and_rule(tmp_path: Path) -> None:
    tree = grown(tmp_path, {"issuer/a.py": "x = 1\n" * 301, "issuer/b.py": "x = 1\n" * 302})
    excepted = {"files_stay_short": {"issuer.a": "a table of the standard"}}
    assert broken(rules.files_stay_short, tree, excepted) == ["issuer.b has 302 lines: no file has over 300"]
    assert needless(rules.files_stay_short, tree, excepted) == []


def test_an_exception_that_nothing_needs(tmp_path: Path) -> None:
    tree = grown(tmp_path, {"issuer/a.py": "x = 1\n"})
    excepted = {"files_stay_short": {"issuer.a": "a table of the standard"}}
    assert needless(rules.files_stay_short, tree, excepted) == ["issuer.a"]
