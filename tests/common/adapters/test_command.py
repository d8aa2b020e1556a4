"""The base of every command: what goes to standard output, and with which status it ends."""

import io
import json
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from common.adapters.command import Command, CommandExit
from common.errors import MalformedInputError


class Echo(Command):
    """Answers with what it was told to do."""

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("word")

    def run(self, **options: Any) -> Mapping[str, Any]:
        assert set(options) == {"word"}
        word = options["word"]
        if word == "malformed":
            raise MalformedInputError("Say something else.", detail="private")
        if word == "nested":
            call_command(Echo(), "malformed")
        if word == "file":
            open("/no/such/file").close()
        if word == "unready":
            raise OperationalError("no such table: records")
        if word == "absent":
            raise OperationalError("couldn't get a connection after 30.00 sec")
        if word == "broken":
            raise OperationalError("disk I/O error")
        return {
            "word": word,
            "none": None,
            "list": [1, 2],
            "nested": {"a": "ñ"},
            "rows": [{"b": 1}, {"b": 2}],
        }

    def exit_status(self, result: Mapping[str, Any]) -> int:
        return 3 if result["word"] == "maybe" else 0


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(Echo(), *arguments, stdout=out)
    return out.getvalue()


def test_one_json_object() -> None:
    assert json.loads(run("yes", "--json"))["nested"] == {"a": "ñ"}
    assert run("yes", "--json").count("\n") == 1


def test_lines_for_a_person() -> None:
    assert run("yes").splitlines() == [
        "word: yes", "none: ", "list: 1, 2", "nested:", "  a: ñ", "rows:",
        "  -", "    b: 1", "  -", "    b: 2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("malformed", "Say something else."),
        ("file", "/no/such/file: No such file or directory."),
        ("unready", "The database is not ready; run `python manage.py migrate` first."),
        (
            "absent",
            "The database does not answer; start it, or set DATABASE_URL to the one that is meant.",
        ),
    ],
)
def test_one_sentence(word: str, sentence: str) -> None:
    with pytest.raises(CommandError) as caught:
        run(word)
    assert str(caught.value) == sentence


def test_other_faults_are_not_hidden() -> None:
    with pytest.raises(OperationalError):
        run("broken")


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["maybe"], 3, ""),
        (["malformed"], 1, "Say something else.\n"),
        ([], 1, "The following arguments are required: word; see `manage.py echo --help`.\n"),
        (["yes", "--nonsense"], 1, "Unrecognized arguments: --nonsense; see `manage.py echo --help`.\n"),
        (["nested"], 1, "Say something else.\n"),
    ],
)
def test_how_it_ends(
    arguments: list[str], status: int, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = io.StringIO()
    monkeypatch.setattr(sys, "stderr", error)
    with pytest.raises(SystemExit) as caught:
        Echo(stdout=io.StringIO(), stderr=error).run_from_argv(["manage.py", "echo", *arguments])
    assert caught.value.code == status
    assert error.getvalue() == sentence


def test_a_good_end_is_no_exit() -> None:
    out = io.StringIO()
    Echo(stdout=out, stderr=out).run_from_argv(["manage.py", "echo", "yes"])
    with pytest.raises(SystemExit) as caught:
        Echo(stdout=out, stderr=out).run_from_argv(["manage.py", "echo", "--help"])
    assert not isinstance(caught.value, CommandExit)
    assert not caught.value.code
