"""The toy channel: a registry's column names its addresses, and a suspended card reaches the pager once."""

from datetime import datetime

import pytest

from common.errors import UnknownPartError
from common.notices import delivery
from common.notices.channels import CHANNELS
from common.notices.notify import Recipient, create_notices
from tests.toys import pager

pytestmark = pytest.mark.django_db
FACTS = {"document": "Farmer card", "authority": "Farmer Registry", "date": "2026-11-21", "reference": "3F2A"}


def test_a_notice_reaches_it_once(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setitem(CHANNELS, "pager", pager.CHANNEL)
    monkeypatch.setattr(pager, "SHOWN", [])
    to = Recipient(addresses={"pager": "1234 5678"})
    for _ in range(2):
        create_notices("suspended", key="1", to=to, facts=FACTS, now=now)
        delivery.deliver_notices(clock=lambda: now)
    [(address, title)] = pager.SHOWN
    assert address == "12345678"
    assert "3F2A" in title


def test_without_its_line_its_address_is_refused(now: datetime) -> None:
    with pytest.raises(UnknownPartError, match="kind of address"):
        create_notices("suspended", key="1", to=Recipient(addresses={"pager": "1"}), facts=FACTS, now=now)
