"""How dates, amounts, names and values are written for people: one way, on every page and in every sentence.

Whoever knows the person's time zone brings a moment into it first (common/site/templatetags/sello.py).
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

NOTHING: Final = "Not recorded"
TYPES: Final = {  # whose identifiers say little
    "org.iso.18013.5.1.mDL": "Mobile driving licence",
    "org.iso.23220.photoid.1": "Photo ID",
    "eu.europa.ec.eudi.pid.1": "Person identification data",
    "urn:eudi:pid:1": "Person identification data",
}
_CODE: Final = re.compile(r"[a-z][a-z0-9]*([_.-][a-z0-9]+)*\Z")
_MACHINE: Final = re.compile(
    r"\b[A-Za-z0-9]+_\w+|\b(vct|jwt|JWT|cnf|jwk|DCQL|doctype|nonce|aud|iss|JSON)\b|[{}\[\]]", re.ASCII
)
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_APART: Final = re.compile(r"[_\-\s]+")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}", re.ASCII)


def day(when: date) -> str:
    """25 May 1990; of a moment, the day on which it lies in its own zone."""
    return f"{when.day} {when:%B} {when.year}"


def clock(when: datetime) -> str:
    """14:05, in its own zone."""
    return f"{when:%H:%M}"


def moment(when: datetime) -> str:
    """25 May 1990, 14:05, in its own zone."""
    return f"{day(when)}, {clock(when)}"


def amount(number: str | Decimal, currency: str) -> str:
    """USD 1,500.00; a number that is none is left as it was said."""
    try:
        return f"{currency} {Decimal(number):,}"
    except InvalidOperation:
        return f"{currency} {number}"


def humane(name: str) -> str:
    """A technical name as words: `birthDate`, `birth_date` and `https://example.org/birth-date` alike."""
    last = re.split(r"[/#]", name.rstrip("/#"))[-1]
    parts = _CAMEL.sub(" ", _APART.sub(" ", last)).split()
    text = " ".join(part if part.isupper() and len(part) > 1 else part.lower() for part in parts)
    return text[:1].upper() + text[1:] or name


def phrase(text: str) -> str:
    """What somebody wrote for people, with a code such as `care` or `old_age_pension` made words."""
    return humane(text) if _CODE.match(text) else text


def has_no_identifiers(sentence: str) -> bool:
    """Whether a sentence is without the names that machines have for things."""
    return _MACHINE.search(sentence) is None


def type_name(identifier: str) -> str:
    """A type's identifier as words: the end of an address, what a URN or a doctype speaks of."""
    if identifier in TYPES:
        return TYPES[identifier]
    if "/" in identifier or "#" in identifier:
        return humane(identifier)
    parts = [part for part in re.split(r"[.:]", identifier) if not re.fullmatch(r"[\dv]*", part)]
    return humane(parts[-1]) if parts else identifier


def value(said: Any) -> str:
    """A JSON value, a date or a moment as people write it."""
    if isinstance(said, bool):
        return "Yes" if said else "No"
    if said is None or said == "":
        return NOTHING
    if isinstance(said, datetime):
        return moment(said)
    if isinstance(said, date):
        return day(said)
    if isinstance(said, list | tuple):
        return ", ".join(value(item) for item in said)
    if isinstance(said, Mapping):
        return ", ".join(f"{humane(str(name))}: {value(item)}" for name, item in said.items())
    if isinstance(said, str):
        return _text(said)
    return str(said)


def _text(said: str) -> str:
    if said.startswith("data:"):
        return "A picture or file"
    try:
        if _DATE.match(said):
            return day(date.fromisoformat(said))
        if _MOMENT.match(said):
            return day(datetime.fromisoformat(said))
    except ValueError:
        pass
    return said
