"""The rules of a programme: who, how much, how often; declared as JSON, read strictly.

    {"who": [{"claim": "death.spouse_national_id", "same_as": "identity.national_id", "otherwise": "…"}],
     "how_much": {"fixed": "60.00"} | {"rate": "0.05", "of": "farmer.harvest_kg", "at_most": "150.00"}
                 | {"by": "enrolment.members", "table": {"1": "20.00"}, "else": "30.00"},
     "how_often": "once" | "monthly" | "yearly", "per": "identity.national_id"}

A claim is named by the document that says it and its own name. `per` is what stands for whoever is paid once:
a person's number, or a household's.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal, InvalidOperation
from typing import Any, Final, Literal, cast, get_args

from common.encoding.display import humane
from common.encoding.money import exponent, to_minor
from common.errors import MalformedInputError, SelloError

_NUMBER: Final = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?\Z")
Claims = Mapping[str, Any]
HowOften = Literal["once", "monthly", "yearly"]


class InvalidPaymentRulesError(SelloError):
    """Rules that say nothing clear; for whoever declares a programme."""

    code = "invalid_request"


class MissingFactError(SelloError):
    """The documents do not say what a rule needs to know."""

    code = "access_denied"
    status = 403


def claim_value(claims: Claims, name: str) -> Any:
    """A claim that a rule cannot do without."""
    value = claims.get(name)
    if value is None or value == "":
        raise MissingFactError(
            f"Your documents do not say what this programme needs to know: {_claim(name)}."
        )
    return value


def _claim(name: str) -> str:
    return humane(name.rpartition(".")[2]).lower()


def claim_number(claims: Claims, name: str) -> Decimal:
    """A claim as a number, whether it travelled as one or as text."""
    value = claim_value(claims, name)
    text = str(value) if type(value) in (str, int, float) else ""
    if not _NUMBER.match(text):
        raise MissingFactError(f"Your documents say no number for {_claim(name)}.")
    return Decimal(text)


def claim_text(claims: Claims, name: str) -> str:
    """A claim that is a text, or a whole number as text: what can stand for a person or be looked up."""
    value = claim_value(claims, name)
    if type(value) not in (str, int):
        raise MissingFactError(f"Your documents say no text for {_claim(name)}.")
    return str(value)


def _same(value: Any, other: Any) -> bool:
    return type(value) is type(other) and bool(value == other)


def _years_since(claims: Claims, name: str, now: datetime) -> int:
    """Full years since a date; one that is not known to the day counts from its last possible day."""
    try:
        since = date.fromisoformat(claim_text(claims, name))
    except ValueError as error:
        raise MissingFactError(f"Your documents say no date for {_claim(name)}.") from error
    today = now.date()
    return today.year - since.year - ((today.month, today.day) < (since.month, since.day))


def _is_claim(value: Any) -> bool:
    return isinstance(value, str) and value.count(".") == 1 and all(value.split("."))


def _is_number(value: Any) -> bool:
    try:
        return isinstance(value, str) and Decimal(value).is_finite() and Decimal(value) >= 0
    except InvalidOperation:
        return False


CHECKS: Final[dict[str, Callable[[Claims, str, Any, datetime], bool]]] = {
    "is": lambda claims, name, wanted, now: _same(claim_value(claims, name), wanted),
    "one_of": lambda claims, name, wanted, now: any(
        _same(claim_value(claims, name), each) for each in wanted
    ),
    "same_as": lambda claims, name, wanted, now: _same(
        claim_value(claims, name), claim_value(claims, wanted)
    ),
    "at_least": lambda claims, name, wanted, now: claim_number(claims, name) >= Decimal(wanted),
    "at_most": lambda claims, name, wanted, now: claim_number(claims, name) <= Decimal(wanted),
    "years_since": lambda claims, name, wanted, now: _years_since(claims, name, now) >= wanted,
}
SHAPES: Final[dict[str, Callable[[Any], bool]]] = {  # what may stand behind each check
    "is": lambda wanted: isinstance(wanted, str | int),
    "one_of": lambda wanted: isinstance(wanted, list) and all(isinstance(each, str | int) for each in wanted),
    "same_as": _is_claim,
    "at_least": _is_number,
    "at_most": _is_number,
    "years_since": lambda wanted: isinstance(wanted, int) and wanted > 0,
}


@dataclass(frozen=True, slots=True)
class PaymentCondition:
    """One thing that must hold; `otherwise` is what a person reads where it does not."""

    claim: str
    check: str
    wanted: Any
    otherwise: str

    def holds(self, claims: Claims, *, now: datetime) -> bool:
        """Whether it holds; `MissingFactError` where the documents do not say."""
        return CHECKS[self.check](claims, self.claim, self.wanted, now)


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same for everybody, in minor units."""

    most: int

    def amount(self, claims: Claims) -> int:
        """That."""
        return self.most


@dataclass(frozen=True, slots=True)
class Rate:
    """So much for each of what a claim counts, rounded down to the smallest unit, and no more than `most`."""

    rate: Decimal
    of: str
    most: int
    decimals: int

    def amount(self, claims: Claims) -> int:
        """In minor units."""
        exact = self.rate * max(claim_number(claims, self.of), Decimal(0))
        return min(int(exact.scaleb(self.decimals).to_integral_value(ROUND_DOWN)), self.most)


@dataclass(frozen=True, slots=True)
class AmountTable:
    """By the value of a claim, in minor units; `other` where the table does not have it."""

    by: str
    amounts: Mapping[str, int]
    other: int

    @property
    def most(self) -> int:
        """The largest amount that it may come to."""
        return max(*self.amounts.values(), self.other)

    def amount(self, claims: Claims) -> int:
        """In minor units; 0 where nothing is due."""
        return self.amounts.get(claim_text(claims, self.by), self.other)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a programme declares."""

    who: tuple[PaymentCondition, ...]
    how_much: Fixed | Rate | AmountTable
    how_often: HowOften
    per: str
    label: str = ""

    def period(self, now: datetime) -> str:
        """The period in which `now` lies, within which nobody is paid twice."""
        if self.how_often == "once":
            return self.label or "once"
        return f"{now:%Y-%m}" if self.how_often == "monthly" else f"{now:%Y}"


def parse_payment_rules(source: Any, *, currency: str) -> Rules:
    """Rules as declared; anything that is not understood is `InvalidPaymentRulesError`."""
    if not isinstance(source, Mapping) or set(source) - {"label"} != {"who", "how_much", "how_often", "per"}:
        raise InvalidPaymentRulesError("Rules say who, how_much, how_often and per, and nothing else.")
    if source["how_often"] not in get_args(HowOften):
        raise InvalidPaymentRulesError(f"how_often is one of {', '.join(get_args(HowOften))}.")
    if not _is_claim(source["per"]):
        raise InvalidPaymentRulesError("per names a claim: DOCUMENT.CLAIM.")
    label = source.get("label", "")
    if not isinstance(label, str) or len(label) > 20 or (label and source["how_often"] != "once"):
        raise InvalidPaymentRulesError("label is a short name for the only period of what is paid once.")
    if not isinstance(source["who"], list):
        raise InvalidPaymentRulesError("who lists conditions.")
    return Rules(
        who=tuple(_condition(each) for each in source["who"]),
        how_much=_how_much(source["how_much"], currency),
        how_often=cast(HowOften, source["how_often"]),
        per=source["per"],
        label=label,
    )


def _condition(source: Any) -> PaymentCondition:
    checks = set(source) & set(CHECKS) if isinstance(source, Mapping) else set()
    if len(checks) != 1 or set(source) - checks != {"claim", "otherwise"} or not _is_claim(source["claim"]):
        known = ", ".join(CHECKS)
        raise InvalidPaymentRulesError(
            f"A condition has a claim, otherwise (a sentence), and one of {known}."
        )
    [check] = checks
    if not SHAPES[check](source[check]) or not isinstance(source["otherwise"], str):
        raise InvalidPaymentRulesError(f"This is not what {check} can be compared with.")
    return PaymentCondition(source["claim"], check, source[check], source["otherwise"])


def _how_much(source: Any, currency: str) -> Fixed | Rate | AmountTable:
    names = set(source) if isinstance(source, Mapping) else set()
    try:
        if names == {"fixed"}:
            return Fixed(_positive(source["fixed"], currency))
        if names == {"rate", "of", "at_most"} and _is_claim(source["of"]) and _is_number(source["rate"]):
            rate = Decimal(source["rate"])
            return Rate(rate, source["of"], _positive(source["at_most"], currency), exponent(currency))
        if names == {"by", "table", "else"} and _is_claim(source["by"]) and source["table"]:
            amounts = {str(key): to_minor(each, currency) for key, each in source["table"].items()}
            table = AmountTable(source["by"], amounts, to_minor(source["else"], currency))
            if table.most > 0:
                return table
    except (MalformedInputError, AttributeError) as error:
        raise InvalidPaymentRulesError(
            "An amount is a decimal text of more than nothing, in the currency."
        ) from error
    raise InvalidPaymentRulesError("how_much is fixed, or rate, of and at_most, or by, table and else.")


def _positive(amount: Any, currency: str) -> int:
    minor = to_minor(amount, currency)
    if minor <= 0:
        raise MalformedInputError("An amount is of more than nothing.")
    return minor
