"""Whether a record may be vouched for at all: what a rule would take back at once is not given out."""

from datetime import datetime

from common.registries.connector import RegistryError, RegistryRecord
from common.registries.rules.credential_rules import WITHDRAWING, Rule, Situation, fits
from common.registries.values.texts import matchable
from issuer.configurations import types
from issuer.models import Configuration
from issuer.registries.connectors import connector
from issuer.registries.store import find_registry


class RecordNotEligibleError(RegistryError):
    """A record of which, by its registry's rules, no credential can hold."""

    code = "record_withdrawn"
    status = 409


def require_eligible(configuration: Configuration, record: RegistryRecord, *, now: datetime) -> None:
    """Raise where a rule that revokes or suspends fits the record as it is, or one watched for it."""
    for rule in configuration.rule_list():
        if rule.do in WITHDRAWING and any(
            fits(rule, situation) for situation in _situations(configuration, rule, record, now=now)
        ):
            raise RecordNotEligibleError(f"The registry's rules do not allow it: {rule.reason}")


def followed_to(configuration: Configuration, *, lock: bool = False) -> dict[int, str]:
    """How far the registries of this type were followed; locked, no sync goes on before the caller ends.

    Whoever looks whether a record stands, signs, and finds this unchanged under the lock when it stores, has
    lost nothing: a sync comes later and finds what was stored. Sessions have a lock of their own.
    """
    rows = configuration.followings.order_by("pk")
    return dict((rows.select_for_update() if lock else rows).values_list("pk", "cursor"))


def _situations(
    configuration: Configuration, rule: Rule, record: RegistryRecord, *, now: datetime
) -> list[Situation]:
    if rule.watch is None:
        return [Situation(record.data, now.date(), supported=_supported(configuration, record, now))]
    value = matchable(record.data.get(rule.watch.other))
    watched = connector(find_registry(rule.watch.registry)).find(rule.watch.column, value) if value else ()
    return [Situation(found.data, now.date()) for found in watched]


def _supported(configuration: Configuration, record: RegistryRecord, now: datetime) -> bool:
    try:
        types.claims_of(configuration, record, now=now)
    except RegistryError:
        return False
    return True
