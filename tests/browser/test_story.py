"""The whole story once, through the pages alone: an officer, Ana with her wallet, and the desks of services.

QR codes travel as they do between two screens: a picture of the one is brought to the other.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import Site, Visitor

pytestmark = pytest.mark.browser
PASSPHRASE = "four condors over Illimani"


@pytest.fixture
def people(chromium: Any, site: Site) -> Iterator[dict[str, Visitor]]:
    """Three people, each at a browser of their own."""
    contexts = {
        name: chromium.new_context(viewport={"width": width, "height": 844}, locale="en-GB")
        for name, width in (("officer", 1280), ("ana", 390), ("desk", 1280))
    }
    for context in contexts.values():
        context.set_default_timeout(15_000)
    yield {name: Visitor(context.new_page(), site, name) for name, context in contexts.items()}
    for context in contexts.values():
        context.close()


def test_the_whole_story(people: dict[str, Visitor]) -> None:
    officer, ana, desk = people["officer"], people["ana"], people["desk"]
    sign_in(officer)
    sign_up(ana)
    for registry, key, credential in (
        ("Farmer", "F-0001", "Farmer"),
        ("Disability", "D-0001", "Disability"),
        ("Population", "P-0001", "Identity"),
    ):
        code = offer(officer, registry, key)
        take(ana, officer, code, credential)
    ana.goto("/wallet/").sees("Farmer", "Disability", "Identity", "Valid").look("cards")
    ana.page.locator("main .card a").first.click()
    ana.look("card")
    subsidy_on_her_own_device(ana)
    clinic_across_two_devices(ana, desk)
    over_18_declined(ana)
    ana.goto("/wallet/activity").sees("Santa Rosa Clinic", "National Paying Agency").look("activity")
    revoke(officer, "Farmer", "F-0001")
    ana.goto("/wallet/").sees("Revoked").look("cards-after-revocation")
    ana.goto("/wallet/activity").sees("Revoked", "The parcel was sold.").look("activity-after-revocation")
    the_door_stays_closed(ana)
    ana.goto("/wallet/").press("Sign out")
    ana.goto("/wallet/activity")
    assert "sign-in" in ana.page.url
    ana.look("signed-out")


def sign_in(officer: Visitor) -> None:
    officer.goto("/office/").fill("Username", "officer").fill("Password", "not the password").press("Sign in")
    officer.look("wrong-password")
    officer.fill("Password", officer.site.officer["password"]).press("Sign in")
    officer.sees("Your registries").look("registries")


def sign_in_as(staff: Visitor, username: str) -> None:
    staff.goto("/services/").press("For staff").look("staff-sign-in")
    staff.fill("Username", username).fill("Password", staff.site.passwords[username]).press("Sign in")
    staff.sees("Your services").look("staff")


def sign_up(ana: Visitor) -> None:
    ana.goto("/wallet/").press("Create a wallet").press("Create the wallet")
    ana.sees("There is a problem").look("sign-up-errors")
    ana.fill("Choose a name", "ana").fill("Choose a passphrase", PASSPHRASE)
    ana.fill("The same passphrase once more", PASSPHRASE).press("Create the wallet")
    ana.sees("no cards here yet").look("empty-wallet")


def open_record(officer: Visitor, registry: str, key: str) -> None:
    officer.goto("/office/")
    officer.page.locator("main .card", has_text=registry).get_by_role("link").click()
    officer.fill("Find a record", key).press("Search").look("search")
    officer.press(key).sees(f"Record {key}").look("record")


def offer(officer: Visitor, registry: str, key: str) -> str:
    open_record(officer, registry, key)
    officer.press("Offer a credential").look("offer")
    officer.page.get_by_label("Ask for a one-time code").check()
    officer.press("Make the offer")
    officer.sees("The offer is ready").look("offer-ready")
    return str(officer.page.locator(".code").inner_text()).replace(" ", "")


def bring_picture(ana: Visitor, shown_by: Visitor) -> None:
    picture = shown_by.page.locator(".qr").screenshot()
    ana.goto("/wallet/add").look("add")
    ana.page.get_by_label("Or choose a picture of the QR code").set_input_files(
        {"name": "qr.png", "mimeType": "image/png", "buffer": picture}
    )
    ana.press("Continue")


def take(ana: Visitor, officer: Visitor, code: str, credential: str) -> None:
    bring_picture(ana, officer)
    ana.sees(credential).look("offer-question")
    ana.press("Yes, continue").sees("What is the code?").look("code")
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    ana.fill("Code", wrong).press("Put it in my wallet")
    ana.sees("There is a problem").look("wrong-code")
    ana.fill("Code", code).press("Put it in my wallet")
    ana.sees("In your wallet", credential).look("card-added")


def subsidy_on_her_own_device(ana: Visitor) -> None:
    ana.goto("/services/").press("Farmers' subsidy 2026").look("subsidy")
    ana.press("On this device").sees("Open my wallet").look("subsidy-request")
    ana.press("Open my wallet")
    ana.sees("Confirm a payment", "National Paying Agency").look("subsidy-consent")
    ana.page.get_by_role("button", name="Confirm payment").click()
    ana.page.wait_for_url("**/services/sessions/**")  # her wallet led her back
    ana.sees("Payment on its way").look("subsidy-paid")


def clinic_across_two_devices(ana: Visitor, desk: Visitor) -> None:
    desk.goto("/services/").press("Care at the clinic").look("clinic")
    desk.press("On another device").sees("Scan this code").look("clinic-request")
    bring_picture(ana, desk)
    ana.sees("Santa Rosa Clinic").look("clinic-consent")
    ana.press("Yes, show it").sees("Shown").look("clinic-shown")
    desk.page.wait_for_selector(".panel")
    desk.sees("Assistive device").look("clinic-unlocked")


def over_18_declined(ana: Visitor) -> None:
    ana.goto("/services/").press("For adults only").look("adults")
    ana.press("On this device").press("Open my wallet").look("adults-consent")
    ana.press("No, do not show it").sees("Nothing about you left your wallet").look("adults-declined")


def revoke(officer: Visitor, registry: str, key: str) -> None:
    while True:
        open_record(officer, registry, key)
        change = officer.page.get_by_role("link", name="Change status")
        if not change.count():
            return
        change.first.click()
        officer.look("credential")
        officer.page.get_by_label("Revoke it for good").check()
        officer.page.get_by_label("Why?").fill("The parcel was sold.")
        officer.press("Change the status").sees("Revoked").look("revoked")


def the_door_stays_closed(ana: Visitor) -> None:
    ana.goto("/services/").press("Farmers' subsidy 2026").press("On this device").press("Open my wallet")
    ana.sees("the office has withdrawn it").look("subsidy-refused")
    assert not ana.page.get_by_role("button", name="Confirm payment").count()
