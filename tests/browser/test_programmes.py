"""The programmes of the paying agency, as its staff see them: before anybody was paid, and after."""

import pytest

from tests.browser.conftest import Visitor
from tests.browser.test_story import offer, sign_in, sign_in_as, sign_up, take

pytestmark = pytest.mark.browser


def test_a_programme_and_its_payments(visitor: Visitor) -> None:
    sign_in_as(visitor, "agency-staff")
    visitor.press("Programmes and their money").sees("The books balance.")
    visitor.look("programmes").press("Widows' and widowers' pension").sees("Nothing was paid yet.")
    visitor.goto("/services/widows-pension").sees("USD 60.00", "Day of death").look("pension")
    visitor.goto("/services/staff/").page.get_by_role("button", name="Sign out").click()
    visitor.sees("Sign in for staff")
    sign_in(visitor)
    sign_up(visitor)
    take(visitor, visitor, offer(visitor, "Farmer", "F-0003"), "Farmer")
    visitor.goto("/services/").press("Farmers' subsidy 2026").press("On this device")
    visitor.press("Open my wallet")
    visitor.page.get_by_role("button", name="Confirm payment").click()
    visitor.page.wait_for_url("**/services/sessions/**")
    visitor.sees("You signed the most that it can come to", "USD 68.20").look("subsidy-less")
    visitor.site.command("deliver_outbox")
    visitor.goto("/office/").page.get_by_role("button", name="Sign out").click()
    sign_in_as(visitor, "agency-staff")
    visitor.goto("/services/staff/programmes/subsidy").sees("USD 59,931.80", "With the gateway")
    visitor.look("programme")
