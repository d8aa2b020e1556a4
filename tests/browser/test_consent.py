"""Consent through the pages alone: given on a screen that says all of it, relied upon, withdrawn."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import Site, Visitor
from tests.browser.test_story import PASSPHRASE, sign_in_as

pytestmark = pytest.mark.browser


@pytest.fixture
def nurse(chromium: Any, site: Site) -> Iterator[Visitor]:
    """The clinic's desk, signed in."""
    context = chromium.new_context(viewport={"width": 1280, "height": 844}, locale="en-GB")
    context.set_default_timeout(15_000)
    found = Visitor(context.new_page(), site, "nurse")
    sign_in_as(found, "clinic-staff")
    found.press("Records that people let you read")
    yield found
    context.close()


def test_read_again_until_she_says_no(visitor: Visitor, nurse: Visitor) -> None:
    ana = visitor
    ana.goto("/wallet/").press("Create a wallet").fill("Choose a name", "ana of the consent")
    ana.fill("Choose a passphrase", PASSPHRASE).fill("The same passphrase once more", PASSPHRASE)
    ana.press("Create the wallet")
    offer = ana.site.command("create_offer", "identity", "P-0001")["offer_uri"]
    ana.goto(f"/wallet/accept?{urlsplit(offer).query}").press("Yes, put it in my wallet")
    nurse.sees("Nobody has agreed to anything yet.").look("no-consents")

    ana.goto("/services/").press("Care over time").look("care")
    ana.press("On this device").press("Open my wallet")
    ana.sees(
        "Do you agree to this?", "Kind of disability, Assistive device", "National Council on Disability"
    )
    ana.sees("Your activity").look("terms")
    ana.page.get_by_role("button", name="Yes, I agree").click()
    ana.page.wait_for_url("**/services/sessions/**")
    ana.sees("Record opened", "hearing aid", "Reference of your consent").look("opened")

    nurse.goto("/services/staff/records").look("consents")
    nurse.page.locator("main table a").first.click()
    nurse.press("Read the record now").sees("hearing aid", "The record as it is now").look("read")

    ana.goto("/wallet/activity").sees("Santa Rosa Clinic may read your record").look("in-force")
    ana.page.get_by_role("button", name="Withdraw").click()
    ana.sees("Your consent is withdrawn").look("withdrawn")
    nurse.press("Read the record now").sees("does not open this record", "Refused").look("refused")
    ana.goto("/wallet/activity").sees("Refused").look("seen")
