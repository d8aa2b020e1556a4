"""The one page on which Ana sees what happens with her data, with all on it that can happen."""

import json
from typing import Any

import pytest

from tests.browser.conftest import Visitor
from tests.browser.test_story import PASSPHRASE, sign_in

pytestmark = pytest.mark.browser


def take(ana: Visitor, configuration: str, key: str) -> None:
    offer = ana.site.command("create_offer", configuration, key)
    ana.goto(f"/wallet/accept?{offer['offer_uri'].partition('?')[2]}").press("Yes, put it in my wallet")
    ana.sees("In your wallet")


def show(ana: Visitor, service: str, button: str) -> None:
    made = ana.site.command("create_request", service)
    ana.goto(f"/wallet/authorize?{made['request_uri'].partition('?')[2]}")
    ana.page.get_by_role("button", name=button).click()
    ana.page.wait_for_load_state("load")


def credentials(ana: Visitor, key: str) -> list[str]:
    """The identifiers of what was issued of a record, as the office lists them."""
    code = (
        "import json; from issuer.models import IssuedCredential as I;"
        f"print(json.dumps([row.urn for row in I.objects.filter(record_key={key!r})]))"
    )
    found: Any = ana.site.shell(code)
    return list(json.loads(found))


def test_activity(visitor: Visitor) -> None:
    ana = visitor.goto("/wallet/sign-up").fill("Choose a name", "Ana of the activity")
    ana.fill("Choose a passphrase", PASSPHRASE).fill("The same passphrase once more", PASSPHRASE)
    ana.press("Create the wallet").goto("/wallet/activity").sees("Nothing has happened yet").look("nothing")
    take(ana, "disability", "D-0001")
    take(ana, "farmer", "F-0001")
    ana.page.context.set_default_timeout(30_000)
    show(ana, "clinic-care", "Yes, I agree")
    show(ana, "subsidy", "Confirm payment")
    ana.site.command("deliver_outbox")
    for urn in credentials(ana, "F-0001")[:1]:  # the card, in all its formats
        ana.site.command("set_status", urn, "suspended", "--reason", "The address is under review.")
    ana.site.shell(
        "from issuer.models import IssuedCredential as I; from common.notices.notify import *;"
        "from django.utils.timezone import now;"
        "[create_notices('expiring', key='1', now=now(),"
        " to=Recipient(holder=row.holder_thumbprint, language='ar'),"
        " sender='issuer/farmer-registry', facts={'document': 'Farmer', 'date': '2027-11-23',"
        " 'authority': 'Ministry of Agriculture', 'reference': '1A2B'})"
        " for row in I.objects.filter(record_key='F-0001')]"
    )
    ana.goto("/wallet/").sees("new notice").look("cards-with-news")
    ana.goto("/wallet/activity")
    ana.sees(
        "Santa Rosa Clinic may read your record", "The address is under review.", "National Paying Agency"
    )
    ana.sees("New", "Payment", "Suspended", "In the wallet").look("everything")
    for words in ("What you showed", "What was read", "What changed", "Payments"):
        ana.press(words).look(words.lower().replace(" ", "-"))
    ana.press("Everything").press(
        "Withdraw what Santa Rosa Clinic may read: Kind of disability, Assistive device"
    )
    ana.sees("Your consent is withdrawn", "Withdrawn").look("withdrawn")


def test_notices_that_reached_nobody(visitor: Visitor) -> None:
    officer = visitor
    sign_in(officer)
    officer.site.shell(
        "from common.notices.notify import *; from django.utils.timezone import now;"
        "create_notices('revoked', key='1', now=now(),"
        " to=Recipient(addresses={'email': 'no address'}, about='population/P-0001'),"
        " sender='issuer/population-register', facts={'document': 'Identity', 'reference': '1A2B'})"
    )
    officer.goto("/office/").sees("1 notice reached nobody").look("overview")
    officer.press("1 notice reached nobody").sees("P-0001", "The address is none.").look("notices")
    officer.page.get_by_role("button", name="Send again").click()
    officer.sees("Correct the record first").look("no-address-yet")
