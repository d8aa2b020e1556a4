"""What every command shares: `--json`, one result, one sentence when it fails."""

import json
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError

from common import purse
from common.errors import SelloError
from common.purse import Purse

DJANGOS_OWN = {
    "verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color", "skip_checks", "as_json",
    "stdout", "stderr",
}  # fmt: skip

_UNREADY = "The database is not ready; run `python manage.py migrate` first."
_ABSENT = "The database does not answer; start it, or set DATABASE_URL to the one that is meant."
DATABASE_FAULTS = {
    "no such table": _UNREADY,
    "no such column": _UNREADY,
    "does not exist": _UNREADY,
    "unable to open database file": _ABSENT,
    "couldn't get a connection": _ABSENT,
    "connection failed": _ABSENT,
}


class CommandExit(SystemExit):
    """The end of a command whose exit status is part of its answer."""


class Command(BaseCommand):
    """Subclasses fill `run`; its mapping is printed as one JSON object, or as lines for a person.

    What goes to standard output is the result alone: progress and remarks belong on `self.stderr`.
    """

    requires_system_checks = []
    bounded = False  # whether what it reads is a stranger's, so that it works within the purse of a request
    _called_from_command_line: bool  # Django's own, which its stubs leave out

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """The parser of the subclass, with `--json`."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.called_from_command_line = False  # so that a fault comes as an error, without the usage
        parser.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object")
        return parser

    def run(self, **options: Any) -> Mapping[str, Any]:
        """The result, JSON values only; `SelloError` where it cannot be had."""
        raise NotImplementedError

    def exit_status(self, result: Mapping[str, Any]) -> int:
        """The exit status that belongs to a result; 0 unless a subclass says more."""
        return 0

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, print, and leave with the status that the contract names."""
        as_json = options["as_json"]
        try:
            with purse.open_purse(Purse()) if self.bounded else nullcontext():
                result = self.run(
                    **{name: value for name, value in options.items() if name not in DJANGOS_OWN}
                )
        except SelloError as error:
            self._fail(error.public, error)
        except CommandError as error:  # of a command that this one called
            self._fail(str(error), error)
        except OSError as error:
            self._fail(f"{error.filename}: {error.strerror}." if error.filename else f"{error}.", error)
        except (OperationalError, ProgrammingError) as error:
            for words, sentence in DATABASE_FAULTS.items():
                if words in str(error):
                    self._fail(sentence, error)
            raise
        self.stdout.write(json.dumps(result, ensure_ascii=False) if as_json else "\n".join(_lines(result)))
        status = self.exit_status(result)
        if status:
            raise CommandExit(status)

    def run_from_argv(self, argv: list[str]) -> None:
        """As Django's, but a mistyped command ends with one sentence and 1: other statuses have a meaning."""
        try:
            super().run_from_argv(argv)
        except CommandError as error:
            sentence = str(error).removeprefix("Error: ")
            self.stderr.write(f"{sentence[:1].upper()}{sentence[1:]}; see `{argv[0]} {argv[1]} --help`.")
            raise SystemExit(1) from None
        except SystemExit as stop:
            if isinstance(stop, CommandExit) or not stop.code:
                raise
            raise SystemExit(1) from None

    def _fail(self, sentence: str, error: Exception) -> NoReturn:
        if self._called_from_command_line:
            self.stderr.write(sentence)
            raise CommandExit(1) from error
        raise CommandError(sentence) from error


def _lines(value: Mapping[str, Any], indent: str = "") -> list[str]:
    """A result as a person reads it: one `name: value` a line, nested values set in."""
    lines = []
    for name, entry in value.items():
        if isinstance(entry, Mapping):
            lines += [f"{indent}{name}:", *_lines(entry, indent + "  ")]
        elif isinstance(entry, list | tuple) and any(isinstance(item, Mapping) for item in entry):
            lines.append(f"{indent}{name}:")
            for item in entry:
                lines += [f"{indent}  -", *_lines(item, indent + "    ")]
        elif isinstance(entry, list | tuple):
            lines.append(f"{indent}{name}: {', '.join(map(str, entry))}")
        else:
            lines.append(f"{indent}{name}: {'' if entry is None else entry}")
    return lines
