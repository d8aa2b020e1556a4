"""Whether a record may be vouched for at all: what a rule would take back at once is not given out."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from common.registries.connector import RegistryError
from common.registries.rules.credential_rules import WITHDRAWING, Link, Situation, fits
from common.registries.values.texts import matchable
from issuer.configurations.types import HasData, claims_of
from issuer.models import Configuration
from issuer.registries.connectors import open_registry
from issuer.registries.store import find_registry


class RecordNotEligibleError(RegistryError):
    """A record of which, by its registry's rules, no credential can hold."""

    code = "record_withdrawn"
    status = 409


def require_eligible(configuration: Configuration, record: HasData, *, now: datetime) -> None:
    """Check that no rule which revokes or suspends fits the record as it is, or one watched for it.

    Raises `RecordNotEligibleError` with the rule's reason.
    """

    @cache
    def supported() -> bool:
        try:
            claims_of(configuration, record, now=now)
        except RegistryError:
            return False
        return True

    _require_no_withdrawal(configuration, record, supported, now=now)


def eligible_claims(configuration: Configuration, record: HasData, *, now: datetime) -> dict[str, Any]:
    """What a credential says of a record that no rule withdraws; the record is mapped once.

    Raises `RecordNotEligibleError` as `require_eligible` does, and the mapping's own `RegistryError` where
    the record does not say what the type always says.
    """
    claims: dict[str, Any] = {}
    problem: RegistryError | None = None
    try:
        claims = claims_of(configuration, record, now=now)
    except RegistryError as error:
        problem = error
    _require_no_withdrawal(configuration, record, lambda: problem is None, now=now)
    if problem is not None:
        raise problem
    return claims


def followed_to(configuration: Configuration, *, lock: bool = False) -> dict[int, str]:
    """How far the registries of this type were followed; locked, no sync goes on before the caller ends.

    Whoever looks whether a record stands, signs, and finds this unchanged under the lock when it stores, has
    lost nothing: a sync comes later and finds what was stored. Sessions have a lock of their own.
    """
    rows = configuration.followings.order_by("pk")
    return dict((rows.select_for_update() if lock else rows).values_list("pk", "cursor"))


def _require_no_withdrawal(
    configuration: Configuration, record: HasData, supported: Callable[[], bool], *, now: datetime
) -> None:
    for rule in configuration.rule_list():
        if rule.do not in WITHDRAWING:
            continue
        if rule.watch is None:
            situations = [Situation(record.data, now.date(), supported=supported())]
        else:
            situations = _watched(rule.watch, record, now=now)
        if any(fits(rule, situation) for situation in situations):
            raise RecordNotEligibleError(f"The registry's rules do not allow it: {rule.reason}")


def _watched(watch: Link, record: HasData, *, now: datetime) -> list[Situation]:
    """What the records of another registry say to which the link leads."""
    value = matchable(record.data.get(watch.other))
    found = open_registry(find_registry(watch.registry)).find(watch.column, value) if value else ()
    return [Situation(each.data, now.date()) for each in found]
