"""Of two that move one row, one does; the other learns where the row is by now."""

import pytest

from common.adapters.storage.transitions import transition
from verifier.models import GatewayAccount

pytestmark = pytest.mark.django_db
WAYS = {"paid": ("open", "sent"), "sent": ("open",)}


@pytest.fixture
def row() -> GatewayAccount:
    """Any row with a text and something beside it."""
    return GatewayAccount.objects.create(name="row", kind="open", config={})


def test_along_a_way(row: GatewayAccount) -> None:
    assert transition(row, "sent", ways=WAYS, state="kind", config={"at": 1})
    assert (row.kind, row.config) == ("sent", {"at": 1})
    row.refresh_from_db()
    assert (row.kind, row.config) == ("sent", {"at": 1})


def test_along_no_way(row: GatewayAccount) -> None:
    assert transition(row, "paid", ways=WAYS, state="kind")
    assert not transition(row, "sent", ways=WAYS, state="kind", config={"at": 2})
    assert (row.kind, row.config) == ("paid", {})
    with pytest.raises(KeyError):
        transition(row, "gone", ways=WAYS, state="kind")


def test_of_two_at_once_one_moves_it(row: GatewayAccount) -> None:
    other = GatewayAccount.objects.get(pk=row.pk)
    assert transition(other, "paid", ways=WAYS, state="kind", config={"by": "other"})
    assert not transition(row, "paid", ways=WAYS, state="kind", config={"by": "me"})
    assert (row.kind, row.config) == ("paid", {"by": "other"})
