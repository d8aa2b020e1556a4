"""Rules by which a registry leads the credentials that were made of it: declared as data, decided here.

    {"when": {"event": "changed", "columns": ["harvest_kg"]}, "do": "reissue", "reason": "…"}
    {"when": {"event": "died"}, "watch": {"registry": "deaths", "match": {"national_id": "national_id"}},
     "do": "revoke", "reason": "…"}

Of the rules of a credential type the first that fits decides. Deciding is total: whatever a record holds, a
rule fits or does not. The language of conditions stands in conditions.py.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from common.encoding import jcs
from common.registries.claims.mapping import FALSE, TRUE
from common.registries.connector import RegistryError
from common.registries.rules.conditions import RecordCondition, as_date, holds, parse_condition
from common.registries.values.dates import DAY_FIRST, MONTH_FIRST
from common.registries.values.nulls import is_no_death
from common.registries.values.texts import compact

MAX_RULES: Final = 50
EVENTS: Final[Mapping[str, frozenset[str]]] = {  # and what each may be told beside
    "changed": frozenset({"columns", "condition"}),  # the credential says what the record no longer does
    "died": frozenset({"column", "condition"}),  # the column has a day of death; a watched record stands
    "ineligible": frozenset({"condition"}),  # the condition holds; without one: it lacks what must be said
    "expired": frozenset({"column"}),  # the day in the column has passed
    "removed": frozenset(),  # the record is gone
    "new": frozenset({"condition"}),  # a record stands that was not there when the rule was declared
    "expiring": frozenset({"days"}),  # the credential itself has so many days left
}
WATCHABLE: Final = frozenset({"died", "ineligible", "new"})
# A day in whatever order and calendar, a time behind it, or a year of two digits.
_DAY: Final = re.compile(
    r"\d{1,4} ?[-/.] ?(?:\d{1,2}|[^\W\d_]{3,9}) ?[-/.] ?\d{2,4}(?!\d)|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"
)
ACTIONS: Final = ("revoke", "suspend", "reissue", "notify", "offer")
WITHDRAWING: Final = frozenset({"revoke", "suspend"})


class InvalidRegistryRulesError(RegistryError):
    """Rules that cannot be followed."""

    code = "invalid_rules"


@dataclass(frozen=True, slots=True)
class Link:
    """From a record's `column` to the records of `registry` that say the same in `other`."""

    registry: str
    column: str
    other: str


@dataclass(frozen=True, slots=True)
class Rule:
    """When something is so, do that.

    `watch` leads from the watched registry's record to the one that the credential speaks of; `to` from the
    record to whoever is told instead of its own person.
    """

    event: str
    do: str
    reason: str
    columns: tuple[str, ...] = ()
    column: str = ""
    condition: RecordCondition | None = None
    days: int = 0
    watch: Link | None = None
    to: Link | None = None
    id: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known when a rule is asked.

    `data` is the record that changed, None where it is gone. `outdated` are the columns of which the
    credential says something else; `supported` is whether a credential could be made of its record now.
    """

    data: Mapping[str, Any] | None
    today: date
    outdated: frozenset[str] = frozenset()
    supported: bool = True
    new: bool = False


def fits(rule: Rule, situation: Situation) -> bool:
    """Whether this is the rule's case; `expiring` is told by the calendar and never fits a record."""
    data = situation.data
    if data is None or rule.event == "removed":
        return data is None and rule.event == "removed"
    if rule.condition is not None and not holds(
        rule.condition, data, changed=situation.outdated, today=situation.today
    ):
        return False
    match rule.event:
        case "changed":
            return bool(situation.outdated & set(rule.columns) if rule.columns else situation.outdated)
        case "died":
            return not rule.column or tells_death(str(data.get(rule.column, "")))
        case "ineligible":
            return rule.condition is not None or not situation.supported
        case "expired":
            day = as_date(data.get(rule.column), today=situation.today)
            return day is not None and day < situation.today
        case "new":
            return situation.new
    return False


def tells_death(said: str) -> bool:
    """Whether what stands in place of a day of death says that somebody died: a day, or a plain yes.

    A flag that is false, a word for nothing, a database's first day and "no end" are no deaths; neither are
    codes (2) and remarks (alive in 2020), which say who knows what.
    """
    text = compact(said)
    word = text.casefold()
    if is_no_death(text) or word in FALSE:
        return False
    return word in TRUE or bool(DAY_FIRST.parse(text) or MONTH_FIRST.parse(text) or _DAY.match(text))


def first(rules: Iterable[Rule], situation: Situation) -> Rule | None:
    """The rule that decides, if any does."""
    return next((rule for rule in rules if fits(rule, situation)), None)


def parse_credential_rules(entries: Any) -> tuple[Rule, ...]:
    """Rules as configurations keep them and `set_rules --file` spells them; every fault is named."""
    if not isinstance(entries, list) or len(entries) > MAX_RULES:
        raise InvalidRegistryRulesError(f"Rules are a list of up to {MAX_RULES} objects.")
    rules = tuple(_rule(entry, number) for number, entry in enumerate(entries, start=1))
    if len({rule.id for rule in rules}) < len(rules):
        raise InvalidRegistryRulesError("A rule stands twice.")
    return rules


def _rule(entry: Any, number: int) -> Rule:
    source = _object(entry, f"Rule {number}", {"when", "do", "reason", "watch", "to"})
    name = f"Rule {number}"
    event, do = _event(source, name), source.get("do")
    if do not in ACTIONS:
        raise InvalidRegistryRulesError(f"{name}: do is one of {', '.join(ACTIONS)}.")
    when = _object(source["when"], f"{name}: when", {"event", *EVENTS[event]})
    watch = _link(source, "watch", name)
    if watch and event not in WATCHABLE:
        raise InvalidRegistryRulesError(f"{name}: {event} cannot be watched for in another registry.")
    if (do == "offer") != (event == "new") and do != "notify":
        raise InvalidRegistryRulesError(f"{name}: what is new is offered or told; nothing else is.")
    if event == "expiring" and do != "notify":
        raise InvalidRegistryRulesError(f"{name}: of what is expiring people are told, no more.")
    if do == "reissue" and event != "changed":
        raise InvalidRegistryRulesError(f"{name}: a credential is reissued when what it says has changed.")
    return Rule(
        event=event,
        do=do,
        reason=_text(source, "reason", name),
        columns=_columns(when, name),
        column=_text(when, "column", name) if _needs_column(event, watch) else "",
        condition=parse_condition(when["condition"]) if "condition" in when else None,
        days=_days(when, name) if event == "expiring" else 0,
        watch=watch,
        to=_link(source, "to", name),
        id=hashlib.sha256(jcs.canonicalize(dict(source))).hexdigest()[:16],
    )


def _needs_column(event: str, watch: Link | None) -> bool:
    return event == "expired" or (event == "died" and watch is None)


def _event(source: Mapping[str, Any], name: str) -> str:
    when = source.get("when")
    event = when.get("event") if isinstance(when, Mapping) else None
    if event not in EVENTS:
        raise InvalidRegistryRulesError(f"{name}: when has an event, one of {', '.join(EVENTS)}.")
    return str(event)


def _link(source: Mapping[str, Any], member: str, name: str) -> Link | None:
    if member not in source:
        return None
    entry = _object(source[member], f"{name}: {member}", {"registry", "match"})
    match = entry.get("match")
    if (
        not isinstance(match, Mapping)
        or len(match) != 1
        or not all(isinstance(v, str) for v in match.values())
    ):
        raise InvalidRegistryRulesError(
            f"{name}: {member} has match, one column beside the one that says the same."
        )
    [(column, other)] = match.items()
    return Link(_text(entry, "registry", name), column, other)


def _columns(when: Mapping[str, Any], name: str) -> tuple[str, ...]:
    columns = when.get("columns", [])
    if not isinstance(columns, list) or not all(isinstance(column, str) for column in columns):
        raise InvalidRegistryRulesError(f"{name}: columns are a list of names.")
    return tuple(columns)


def _days(when: Mapping[str, Any], name: str) -> int:
    days = when.get("days")
    if type(days) is not int or not 0 < days <= 366:
        raise InvalidRegistryRulesError(f"{name}: days is a number from 1 to 366.")
    return days


def _object(value: Any, name: str, members: set[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidRegistryRulesError(f"{name} is an object.")
    unknown = set(map(str, value)) - members
    if unknown:
        raise InvalidRegistryRulesError(
            f"{name} has members that are not known: {', '.join(sorted(unknown))}."
        )
    return value


def _text(source: Mapping[str, Any], member: str, name: str) -> str:
    value = source.get(member)
    if not isinstance(value, str) or not value.strip() or len(value) > 300:
        raise InvalidRegistryRulesError(f"{name}: {member} is a text of up to 300 characters.")
    return value
