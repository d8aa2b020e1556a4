"""No page that a citizen meets speaks as machines do: read whole, as it is shown."""

import re
from typing import Final
from uuid import UUID

import pytest

from tests.browser.conftest import Visitor
from tests.browser.test_activity import show, take
from tests.browser.test_story import PASSPHRASE

pytestmark = pytest.mark.browser
# Names with underscores, codes of errors and states, formats, names of protocols' members.
MACHINE: Final = re.compile(
    r"\b[a-z0-9]+_[a-z0-9_]+\b|\b[A-Z]{2,}_[A-Z_]+\b|\b(vct|jwt|sd-jwt|ldp_vc|mso_mdoc|nonce|doctype|DCQL|JSON)\b"
    r"|\b\d{4}-\d{2}-\d{2}\b|T\d\d:\d\d:\d\d|\bcare\b(?! and)|\bNone\b|\bnull\b|\bTrue\b|\bFalse\b"
)
ALLOWED: Final = ("To open your record", "care")  # words of the services' own sentences


def read(ana: Visitor, name: str) -> None:
    """Read what stands in `main`, but for addresses and texts to copy."""
    text = ana.page.locator("main").inner_text()
    text = re.sub(r"\S+://\S+|did:\S+|localhost\S*", "", text)
    found = {match[0] for match in MACHINE.finditer(text)} - set(ALLOWED)
    assert not found, f"{name} ({ana.page.url}) speaks of {found}:\n{text}"


def test_citizens_read_words(visitor: Visitor) -> None:
    ana = visitor.goto("/wallet/sign-up").fill("Choose a name", "Ana of the words")
    ana.fill("Choose a passphrase", PASSPHRASE).fill("The same passphrase once more", PASSPHRASE)
    ana.press("Create the wallet")
    services = ("clinic", "clinic-care", "subsidy", "widows-pension", "mobile-money", "over-18")
    for slug in services:
        ana.goto(f"/services/{slug}")
        read(ana, slug)
        made = ana.site.command(
            "create_request", slug, *(() if slug == "clinic-care" else ("--client-id-prefix", "redirect_uri",
                                                                       "--response-mode", "direct_post"))
        )  # fmt: skip
        ana.goto(f"/wallet/authorize?{made['request_uri'].partition('?')[2]}")
        read(ana, f"{slug}, without any card")
    ana.look("nothing-that-answers")
    for configuration, key in (("disability", "D-0001"), ("farmer", "F-0001"), ("identity", "P-0001")):
        take(ana, configuration, key)
        read(ana, configuration)
    ana.goto("/wallet/")
    read(ana, "cards")
    for card in ana.page.locator("main .card a").all():
        path = card.get_attribute("href")
        page = ana.page.context.new_page()
        page.goto(ana.site.url + str(path))
        assert not MACHINE.search(re.sub(r"\S+://\S+", "", page.locator("main").inner_text()))
        page.close()
    ana.page.context.set_default_timeout(30_000)
    for slug, button in (
        ("clinic", "Yes, show it"), ("clinic-care", "Yes, I agree"), ("subsidy", "Confirm payment"),
        ("mobile-money", "Yes, show it"), ("over-18", "Yes, show it"),
    ):  # fmt: skip
        made = ana.site.command("create_request", slug)
        ana.goto(f"/wallet/authorize?{made['request_uri'].partition('?')[2]}")
        read(ana, f"{slug}, asked")
        ana.page.get_by_role("button", name=button).click()
        ana.page.wait_for_load_state("load")
        read(ana, f"{slug}, shown")
    made = ana.site.command("create_request", "subsidy")
    ana.goto(f"/wallet/authorize?{made['request_uri'].partition('?')[2]}")
    ana.sees("You already confirmed a payment by National Paying Agency").look("confirmed-before")
    ana.site.command("deliver_outbox")
    ana.goto("/wallet/activity")
    read(ana, "activity")
    ana.look("all-of-it")
    assert ana.page.get_by_role("button", name="Withdraw").count() == 1  # once, whatever was shown beside it
    show(ana, "over-18", "Yes, show it")
    nobody = f"/wallet/cards/{UUID(int=0)}"
    for path in ("/wallet/authorize?client_id=x", "/wallet/accept?credential_offer=%7B%7D", nobody):
        ana.page.goto(ana.site.url + path)
        read(ana, path)
