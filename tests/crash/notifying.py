"""Notices to a gateway that fails and falls silent, for test_notices.py: written, delivered, and counted."""

import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import parse_qs

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from common.adapters.network import http
from common.errors import FetchError
from common.notices import delivery
from common.notices.models import Notice
from common.notices.notify import Recipient, create_notices

MANY = 500
GATEWAY = "gateway.log"


def prepare() -> None:
    """As many people to be told by SMS."""
    call_command("migrate", verbosity=0)
    for number in range(MANY):
        create_notices(
            "ready",
            key=str(number),
            to=Recipient(addresses={"phone": f"+9997{number:08}"}),
            facts={},
            now=timezone.now(),
        )


def carry(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> http.HttpReply:
    """A gateway that is not there one time in ten, and one time in ten takes a message without a word."""
    fate = random.random()
    if fate < 0.1:
        raise http.NotReachedError("Nobody is there.")
    [to] = parse_qs((body or b"").decode())["to"]
    with open(
        settings.VAR_DIR / GATEWAY, "ab", buffering=0
    ) as log:  # one write, whole among several processes
        log.write(f"{to} {headers['Idempotency-Key']}\n".encode())
    if fate < 0.2:
        raise FetchError("No answer.")
    return http.HttpReply(200, b"")


def deliver(*, repeats: bool) -> None:
    """Until nothing waits; leases and pauses are short, so that the test is."""
    random.seed(os.getpid())
    settings.SMS_URL, settings.SMS_REPEATS, http.transport = "https://sms.example/", repeats, carry
    paces = {"LEASE": timedelta(seconds=0.5), "FIRST_PAUSE": timedelta(0), "MOST_ATTEMPTS": 1_000}
    for name, value in paces.items():
        setattr(delivery, name, value)
    while Notice.objects.filter(state=Notice.State.QUEUED).exists():
        delivery.deliver_notices(clock=timezone.now)
        time.sleep(0.05)


def deliver_once() -> None:
    """To a gateway that takes what comes."""
    deliver(repeats=False)


def deliver_repeatedly() -> None:
    """To a gateway that honours Idempotency-Key."""
    deliver(repeats=True)


def look() -> None:
    """Who got how many messages, of how many identifiers; what the rows say of it."""
    lines = (settings.VAR_DIR / GATEWAY).read_text().splitlines()
    arrived = Counter(line.split()[0] for line in lines)
    states = Counter(Notice.objects.values_list("state", flat=True))
    sent = {f"+9997{n:08}" for n in range(MANY)} & set(arrived)
    json.dump(
        {
            "states": states,
            "reached": len(sent),
            "messages": len(set(lines)),
            "most": max(arrived.values()),
            "uncertain": Notice.objects.filter(state="failed", problem__contains="may have").count()
            + Notice.objects.filter(state="failed", problem__contains="did not answer").count(),
        },
        sys.stdout,
    )
