"""Readings and the withdrawal that ends them, all at once: one order, the same for everybody."""

from threading import Event
from typing import Any

import pytest

from issuer.models import AccessLog, Consent, DataAgreement
from tests.issuer.issuance.test_concurrency import at_once
from tests.issuer.record_access.consents_fixture import again, sign, withdraw
from tests.issuer.record_access.test_endpoints import AccessSite
from tests.issuer.record_access.test_endpoints import site as site  # the fixture

pytestmark = pytest.mark.django_db(transaction=True)
READERS = 12


def test_nothing_is_read_once_a_withdrawal_was_answered(site: AccessSite, settings: Any) -> None:
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, 10_000)
    DataAgreement.objects.update(longest_days=90)
    consent = sign(site).json()["consent_id"]
    tokens = [again(site, consent).json()["access_token"] for _ in range(READERS)]
    answered = Event()

    def act(number: int) -> tuple[bool, int]:
        if number == READERS:
            assert withdraw(site, consent, site.ana).status_code == 200
            answered.set()
            return False, 0
        late = answered.is_set()
        return late, site.read(tokens[number]).status_code

    came = [each for each in at_once(act, READERS + 1) if each[1]]
    assert (True, 200) not in came
    assert {status for _, status in came} <= {200, 403}
    assert site.read(tokens[0]).status_code == 403
    read = AccessLog.objects.filter(outcome="read").count()
    assert read == sum(status == 200 for _, status in came)
    assert AccessLog.objects.filter(outcome="refused").count() == READERS - read + 1
    # In the order of the rows, no reading follows a refusal by withdrawal.
    outcomes = list(AccessLog.objects.order_by("id").values_list("outcome", flat=True))
    assert outcomes == sorted(outcomes)


def test_many_withdrawals_are_one(site: AccessSite, settings: Any) -> None:
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, 10_000)
    DataAgreement.objects.update(longest_days=90)
    consent = sign(site).json()["consent_id"]
    ended = at_once(lambda _: withdraw(site, consent, site.ana).json()["consents"][0]["withdrawn_at"], 8)
    assert len(set(ended)) == 1
    assert Consent.objects.get().withdrawn_at is not None
