"""What a notice says, by kind and language: a file a language, in `wording/` and wherever an operator adds.

A file holds for each kind a title and a text. The title is what a locked screen shows: it names neither the
document nor the office. The text may name both; neither has room for anything that a record says. `document`
and `authority` stand in for what the sender did not name.
"""

import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format

from common.errors import SelloError
from common.notices.languages import DEFAULT, direction

OWN: Final = Path(__file__).parent / "wording"
WORDS: Final = ("document", "authority")
MAY_NAME: Final = {"title": {"reference"}, "text": {"document", "authority", "date", "reference"}}


class Text(NamedTuple):
    """A title for a locked screen, and the text behind it."""

    title: str
    text: str


class NoticeTextsError(SelloError):
    """A file of texts that cannot be used."""

    code = "server_error"
    status = 500


def _read(path: Path) -> dict[str, Any]:
    """One file, looked through; an error says what is wrong with it."""
    try:
        found = json.loads(path.read_text("utf-8"))
        texts = {kind: Text(*pair) for kind, pair in found.items() if kind not in WORDS}
        for text in texts.values():
            for part, allowed in MAY_NAME.items():
                named = {name for _, name, _, _ in Formatter().parse(getattr(text, part)) if name is not None}
                if named - allowed or "\n" in getattr(text, part):
                    raise NoticeTextsError(
                        f"{path.name}: a {part} is one line and names {', '.join(sorted(allowed))} alone."
                    )
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise NoticeTextsError(
            f"{path.name} holds {{kind: [title, text]}} in JSON.", detail=str(error)
        ) from error
    return {**{word: str(found[word]) for word in WORDS if word in found}, **texts}


# Every kind of notice, with its English text; `wording/` has the same kinds in other languages.
KINDS: Final[dict[str, Text]] = {
    kind: text for kind, text in _read(OWN / f"{DEFAULT}.json").items() if kind not in WORDS
}


def render(kind: str, language: str, facts: Mapping[str, str]) -> tuple[str, Text]:
    """The language in which it can be said, and the words: the one asked for, or English."""
    language = language if kind in _language(language) else DEFAULT
    wording = {**_language(DEFAULT), **_language(language)}
    said = {word: wording[word] for word in WORDS} | {"date": "—", "reference": "—"}
    for name, value in facts.items():
        said[name] = _day(value, language) if name == "date" else value
    if direction(language) == "rtl":  # each fact keeps its own direction (Unicode UAX 9: FSI, PDI)
        said = {name: f"\u2068{value}\u2069" for name, value in said.items()}
    text: Text = wording[kind]
    return language, Text(text.title.format_map(said), text.text.format_map(said))


def _language(code: str) -> Mapping[str, Any]:
    """Ours, and over it what the operator's folder says; empty for a language that nobody wrote."""
    folders = [OWN, *([Path(settings.NOTICE_TEXTS)] if settings.NOTICE_TEXTS else [])]
    return _merged(tuple(file for folder in folders if (file := folder / f"{code}.json").is_file()))


@lru_cache(maxsize=64)
def _merged(files: tuple[Path, ...]) -> Mapping[str, Any]:
    merged: dict[str, Any] = {}
    for file in files:
        merged |= _read(file)
    return merged


def _day(value: str, language: str) -> str:
    """A date as that language writes it; what is no date stays."""
    try:
        day = date.fromisoformat(value[:10])
    except ValueError:
        return value
    with translation.override("en-gb" if language == "en" else language):  # the day before the month
        return date_format(day, "DATE_FORMAT", use_l10n=True)
