"""A subsidy for somebody without an account: a code on the page, cashed at the counter."""

import pytest

from tests.browser.conftest import Visitor
from tests.browser.test_story import offer, sign_in, sign_in_as, sign_up, take

pytestmark = pytest.mark.browser


def test_a_voucher_from_the_page_to_the_counter(visitor: Visitor) -> None:
    visitor.site.command("set_gateway", "vouchers", "voucher", "--programme", "subsidy")
    sign_in(visitor)
    sign_up(visitor)
    take(visitor, visitor, offer(visitor, "Farmer", "F-0001"), "Farmer")
    visitor.goto("/services/").press("Farmers' subsidy 2026").press("On this device")
    visitor.press("Open my wallet")
    visitor.page.get_by_role("button", name="Confirm payment").click()
    visitor.page.wait_for_url("**/services/sessions/**")
    visitor.sees("Your voucher", "It is being made").look("voucher-coming")
    visitor.site.command("deliver_outbox")
    visitor.page.locator(".qr").wait_for()  # by itself, once it is there
    visitor.sees("Your voucher", "keep it like money").look("voucher")
    picture = visitor.page.locator(".qr").screenshot()
    visitor.goto("/office/").page.get_by_role("button", name="Sign out").click()
    sign_in_as(visitor, "agency-staff")
    visitor.press("Pay out a voucher").look("counter")
    visitor.page.get_by_label("Or a picture of it").set_input_files(
        {"name": "voucher.png", "mimeType": "image/png", "buffer": picture}
    )
    visitor.press("Continue").sees("Pay this voucher out?").look("counter-found")
    visitor.press("Pay out").sees("The voucher is used up.").look("counter-paid")
    visitor.page.get_by_label("Or a picture of it").set_input_files(
        {"name": "voucher.png", "mimeType": "image/png", "buffer": picture}
    )
    visitor.press("Continue").sees("paid out before").look("counter-refused")
