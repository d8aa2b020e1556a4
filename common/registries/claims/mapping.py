"""From a record's columns to a credential's claims: what is said, under which name, in which type."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from common.encoding.strict_json import MAX_INTEGER
from common.rdf.contexts import RESERVED_TERMS
from common.registries.connector import RegistryError
from common.registries.values.nulls import says_nothing

TRUE: Final = frozenset({
    "true", "yes", "y", "si", "sí", "oui", "sim", "ja", "verdadero", "vrai", "verdadeiro", "1",
})  # fmt: skip
FALSE: Final = frozenset({"false", "no", "n", "non", "não", "nao", "nein", "falso", "faux", "0"})
# What the data model's base context, JSON-LD and SD-JWT VC keep for themselves.
RESERVED: Final = RESERVED_TERMS | {
    "id", "type", "iss", "sub", "aud", "iat", "nbf", "exp", "jti", "cnf", "vct", "status",
}  # fmt: skip
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}\Z")
_IRI = re.compile(r"https?://[^\s<>\"{}|\\^`]+\Z")


class InvalidClaimsError(RegistryError):
    """A description of claims that cannot be used."""

    code = "invalid_claims"


class RecordIncompleteError(RegistryError):
    """The record lacks what a credential of this type must say."""

    code = "record_incomplete"
    status = 409


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim of a credential type.

    It takes its value from `column`, or is worked out from it: `derive` "age_over" is true when the person
    born on that date is `years` old. `vocabulary` is the IRI of its meaning; empty means the type's own
    (`vocabulary_of`). `formerly` are the types that it had before this one, the first one first: what was
    signed then is still to be read.
    """

    name: str
    column: str
    label: str
    type: str = "string"
    vocabulary: str = ""
    selectively_disclosable: bool = True
    mandatory: bool = False
    derive: str = ""
    years: int = 0
    formerly: tuple[str, ...] = ()

    @property
    def first_type(self) -> str:
        """The type under which it was first published."""
        return (*self.formerly, self.type)[0]

    def following(self, before: "Claim") -> "Claim":
        """This claim as the successor of what it was before."""
        changed = () if self.type == before.type else (before.type,)
        return replace(self, formerly=(*before.formerly, *changed))


def parse_claim_mapping(entries: Any) -> tuple[Claim, ...]:
    """Claims as configurations store them and `--claims FILE` spells them; every fault is named."""
    if not isinstance(entries, list) or not entries:
        raise InvalidClaimsError("Claims are a list with one object a claim.")
    claims = tuple(_claim(entry, number) for number, entry in enumerate(entries, start=1))
    names = [claim.name for claim in claims]
    for name in names:
        if names.count(name) > 1:
            raise InvalidClaimsError(f"Claim {name} stands twice.")
    return claims


def as_json(claims: Iterable[Claim]) -> list[dict[str, Any]]:
    """The stored form, which `parse_claim_mapping` reads; what is empty is left out."""
    return [
        {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(claim).items()
            if value not in ("", (), 0) or value is False
        }
        for claim in claims
    ]


def vocabulary_of(claim: Claim, *, type_url: str) -> str:
    """The IRI that says what a claim means: its own, or a fragment of its type's page."""
    return claim.vocabulary or f"{type_url}#{claim.name}"


def map_claims(claims: Iterable[Claim], data: Mapping[str, Any], *, today: date) -> dict[str, Any]:
    """The claims that this record supports, in order; what the record does not know is left out.

    Dates become ISO 8601, decimals stay text. A date of which only the year is known is no date claim.
    """
    result: dict[str, Any] = {}
    for claim in claims:
        value = data.get(claim.column)
        if isinstance(value, str):
            value = value.strip()
        if isinstance(value, str) and claim.type != "string" and says_nothing(value):
            value = None
        converted = None if value in (None, "") else _TYPES[claim.type](claim, value, today)
        if converted is not None:
            result[claim.name] = converted
        elif claim.mandatory:
            raise RecordIncompleteError(
                f"The record does not say {claim.label!r}, which this credential must say."
            )
    return result


def is_over(born: str, years: int, *, today: date) -> bool | None:
    """Whether somebody born on `born` (YYYY, YYYY-MM or YYYY-MM-DD) is `years` old; None where it is open."""
    parts = [int(part) for part in born.split("-")]
    known = tuple(parts)
    limit = (today.year - years, today.month, today.day)[: len(known)]
    if len(known) == 3:
        return known <= limit
    return None if known == limit else known < limit


def _age_over(claim: Claim, value: Any, today: date) -> bool | None:
    if not re.fullmatch(r"\d{4}(-\d{2}){0,2}", str(value)):
        raise _unusable(claim)
    return is_over(str(value), claim.years, today=today)


def _string(claim: Claim, value: Any, today: date) -> str:
    if not isinstance(value, str | int):
        raise _unusable(claim)
    return str(value)


def _date(claim: Claim, value: Any, today: date) -> str | None:
    if re.fullmatch(r"\d{4}(-\d{2})?", str(value)):
        return None
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise _unusable(claim) from error


def _integer(claim: Claim, value: Any, today: date) -> int:
    try:
        number = int(value) if not isinstance(value, bool | float) else None
    except (TypeError, ValueError) as error:
        raise _unusable(claim) from error
    if number is None or abs(number) > MAX_INTEGER:
        raise _unusable(claim)
    return number


def _decimal(claim: Claim, value: Any, today: date) -> str:
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise _unusable(claim) from error
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise _unusable(claim)
    return f"{number:f}"


def _boolean(claim: Claim, value: Any, today: date) -> bool | None:
    if claim.derive == "age_over":
        return _age_over(claim, value, today)
    word = str(value).casefold()
    if word not in TRUE | FALSE:
        raise _unusable(claim)
    return word in TRUE


def _image(claim: Claim, value: Any, today: date) -> str:
    if not isinstance(value, str) or not value.startswith("data:image/"):
        raise _unusable(claim)
    return value


_TYPES: Final = {
    "string": _string, "date": _date, "integer": _integer, "decimal": _decimal, "boolean": _boolean,
    "image": _image,
}  # fmt: skip


def _unusable(claim: Claim) -> InvalidClaimsError:
    return InvalidClaimsError(
        f"The record's {claim.column!r} is not a value of type {claim.type}.", status=409
    )


def _claim(entry: Any, number: int) -> Claim:
    if not isinstance(entry, Mapping):
        raise InvalidClaimsError(f"Claim {number} is not an object.")
    unknown = set(entry) - set(Claim.__dataclass_fields__) - {"from"}
    if unknown:
        raise InvalidClaimsError(
            f"Claim {number} has members that are not known: {', '.join(sorted(map(str, unknown)))}."
        )
    name = entry.get("name")
    if not isinstance(name, str) or not _NAME.match(name) or name in RESERVED:
        raise InvalidClaimsError(
            f"Claim {number} needs a name of letters, digits and _ that has no other meaning (as id has)."
        )
    claim = Claim(
        name=name,
        column=_text(entry, "from" if "from" in entry else "column", name, name),
        label=_text(entry, "label", name, label_of(name)),
        type=_text(entry, "type", name, "boolean" if entry.get("derive") else "string"),
        vocabulary=_text(entry, "vocabulary", name, ""),
        selectively_disclosable=_flag(entry, "selectively_disclosable", name, True),
        mandatory=_flag(entry, "mandatory", name, False),
        derive=_text(entry, "derive", name, ""),
        years=entry.get("years", 0),
        formerly=_types_before(entry, name),
    )
    if claim.type not in _TYPES:
        raise InvalidClaimsError(f"Claim {name} has an unknown type; known: {', '.join(_TYPES)}.")
    if claim.vocabulary and not _IRI.match(claim.vocabulary):
        raise InvalidClaimsError(f"Claim {name} has a vocabulary that is no http(s) IRI.")
    aged = type(claim.years) is int and 0 < claim.years < 150 and claim.type == "boolean"
    if (claim.derive and claim.derive != "age_over") or bool(claim.derive) != aged:
        raise InvalidClaimsError(
            f"Claim {name}: the one derivation is a boolean age_over with years (1 to 149)."
        )
    return claim


def _text(entry: Mapping[str, Any], member: str, name: str, default: str) -> str:
    value = entry.get(member, default)
    if not isinstance(value, str) or (not value and default) or len(value) > 300:
        raise InvalidClaimsError(f"Claim {name}: {member} is a text of up to 300 characters.")
    return value


def _types_before(entry: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = entry.get("formerly", [])
    if not isinstance(value, list | tuple) or not all(
        isinstance(each, str) and each in _TYPES for each in value
    ):
        raise InvalidClaimsError(f"Claim {name}: formerly is a list of types.")
    return tuple(value)


def _flag(entry: Mapping[str, Any], member: str, name: str, default: bool) -> bool:
    value = entry.get(member, default)
    if not isinstance(value, bool):
        raise InvalidClaimsError(f"Claim {name}: {member} is true or false.")
    return value


def label_of(name: str) -> str:
    """A label out of a column's name: `villageOrTown` and `village_or_town` are "Village or town"."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", re.sub(r"[_\-\s]+", " ", name)).split()
    words = [word if word.isupper() and len(word) > 1 else word.lower() for word in words]
    text = " ".join(words)
    return text[:1].upper() + text[1:]
