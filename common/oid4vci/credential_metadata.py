"""`credential_metadata`: words for people about a credential and its claims (OpenID4VCI 1.0 §12.2.4, B.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from common.oid4vci.json_members import Members

MAX_CLAIMS: Final = 500
ClaimPointer = tuple[str | int | None, ...]


@dataclass(frozen=True, slots=True)
class Display:
    """How something is shown in one language; colours are CSS colours, `logo` a URI."""

    name: str
    locale: str | None = None
    description: str | None = None
    background_color: str | None = None
    text_color: str | None = None


@dataclass(frozen=True, slots=True)
class ClaimDescription:
    """How one claim is shown (Appendix B.2); `path` is a claims path pointer within the credential."""

    path: ClaimPointer
    mandatory: bool = False
    display: tuple[Display, ...] = ()


def create_claim(claim: ClaimDescription) -> dict[str, Any]:
    """The claims description of one claim (Appendix B.2)."""
    result: dict[str, Any] = {"path": list(claim.path)}
    if claim.mandatory:
        result["mandatory"] = True
    if claim.display:
        result["display"] = [create_display(display) for display in claim.display]
    return result


def parse_claims(members: Members) -> tuple[ClaimDescription, ...]:
    """Claims descriptions in the order in which they are shown (B.2); the first that describes a claim.

    They are words for people: one that cannot be read is left out.
    """
    claims: dict[ClaimPointer, ClaimDescription] = {}
    for entry in _entries(members, "claims")[:MAX_CLAIMS]:
        path = entry.source.get("path")
        if isinstance(path, list) and path and all(map(_is_step, path)):
            mandatory = entry.source.get("mandatory") is True
            claims.setdefault(tuple(path), ClaimDescription(tuple(path), mandatory, parse_displays(entry)))
    return tuple(claims.values())


def create_display(display: Display) -> dict[str, str]:
    """One display object."""
    names = ("name", "locale", "description", "background_color", "text_color")
    return present_members({name: getattr(display, name) for name in names})


def parse_displays(members: Members) -> tuple[Display, ...]:
    """The display entries that have a name; all of it is text to be shown as text, never as markup."""
    return tuple(
        Display(
            name=name,
            locale=entry.readable_text("locale"),
            description=entry.readable_text("description"),
            background_color=entry.readable_text("background_color"),
            text_color=entry.readable_text("text_color"),
        )
        for entry in _entries(members, "display")
        if (name := entry.readable_text("name")) is not None
    )


def _entries(members: Members, name: str) -> list[Members]:
    """The objects in a list of words for people; whatever else stands there says nothing."""
    value = members.source.get(name)
    entries = value if isinstance(value, list) else []
    return [Members(entry, members.error) for entry in entries if isinstance(entry, Mapping)]


def _is_step(step: object) -> bool:
    if isinstance(step, bool):
        return False
    return step is None or isinstance(step, str) or (isinstance(step, int) and step >= 0)


def present_members(values: Mapping[str, Any]) -> dict[str, Any]:
    """The members that have something to say."""
    return {name: value for name, value in values.items() if value not in (None, [], {}, "")}
