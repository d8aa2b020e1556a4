"""The wallet's tables lay nobody beside what an issuer or a service wrote in the same moment."""

from datetime import datetime, timedelta

import pytest
from django.apps import apps
from django.db import connection, models

from tests.wallet.conftest import ANA
from tests.wallet.consenting import ask
from tests.wallet.fakes import Office, Service
from wallet.account import accounts, pending
from wallet.account.vault import Vault
from wallet.models import Card, HistoryEntry, Pending
from wallet.presentation import authorization_response, history

OF_PEOPLE = [
    model for model in apps.get_app_config("wallet").get_models()
    if model.__name__ not in ("ProviderCertificate", "RegisteredVerifier", "FailedSignIns")
]  # fmt: skip


@pytest.mark.parametrize("model", OF_PEOPLE, ids=lambda model: model.__name__)
def test_no_column_holds_a_time_or_counts_through_all(model: type[models.Model]) -> None:
    assert isinstance(model._meta.pk, models.UUIDField)
    timed = (models.DateTimeField, models.TimeField, models.AutoField)
    assert [field.name for field in model._meta.get_fields() if isinstance(field, timed)] == []


@pytest.mark.parametrize("model", OF_PEOPLE, ids=lambda model: model.__name__)
def test_the_tables_keep_no_order_of_their_own(model: type[models.Model], db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite numbers rows by itself")
    with connection.cursor() as cursor:
        cursor.execute("SELECT wr FROM pragma_table_list WHERE name = %s", [model._meta.db_table])
        assert cursor.fetchone() == (1,)


def test_the_order_of_one_persons_rows_says_nothing_of_anothers(vault: Vault, now: datetime) -> None:
    other = accounts.create_wallet_account("Bruno", ANA[1])
    for owner in (vault, other, vault):
        row = Card()
        owner.seal(row, {})
        row.save()
        row.save()  # once more changes no order
    positions = Card.objects.values_list("account", "position")
    assert sorted(positions) == sorted([(vault.account.pk, 1), (other.account.pk, 1), (vault.account.pk, 2)])


def test_a_day_is_all_that_a_waiting_question_shows(
    holder: Vault, clinic: Service, office: Office, now: datetime
) -> None:
    screen = ask(holder, clinic, now)
    row = Pending.objects.get(id=screen.id)
    assert row.last_day == (now + pending.LIFETIME).date()
    with pytest.raises(pending.NothingPendingError):
        authorization_response.consent_screen(holder, screen.id, now=now + pending.LIFETIME)
    pending.add_question(holder, {"kind": "other"}, now=now + pending.LIFETIME)
    assert not Pending.objects.filter(id=screen.id).exists()


def test_questions_of_whoever_never_came_back_are_swept(vault: Vault, now: datetime) -> None:
    pending.add_question(vault, {"kind": "x"}, now=now)
    other = accounts.create_wallet_account("Bruno", ANA[1])
    pending.add_question(other, {"kind": "x"}, now=now + timedelta(days=1))
    assert Pending.objects.get().account == other.account


def test_the_latest_comes_first_all_the_same(holder: Vault, clinic: Service, now: datetime) -> None:
    for number in range(3):
        screen = ask(holder, clinic, now)
        authorization_response.decline_request(holder, screen.id, now=now + timedelta(minutes=number))
    assert HistoryEntry.objects.count() == 3
    times = [entry.at for entry in history.recorded_requests(holder)]
    assert times == sorted(times, reverse=True)
