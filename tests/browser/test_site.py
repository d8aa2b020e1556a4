"""The pages that belong to nobody in particular: first page, developers' page, pages of last resort."""

import pytest

from tests.browser.conftest import PICTURES, Visitor

pytestmark = pytest.mark.browser


def test_first_page(visitor: Visitor) -> None:
    visitor.goto("/").sees("I am a citizen", "I provide a service", "I keep a registry").look("home")


def test_each_door_opens(visitor: Visitor) -> None:
    for door, path in (
        ("I am a citizen", "/wallet/"),
        ("I provide a service", "/services/"),
        ("I keep a registry", "/office/"),
    ):
        visitor.goto("/").press(door)
        assert path in visitor.page.url
        visitor.look(path.strip("/"))
        assert visitor.page.locator("nav [aria-current]").count() == 1


def test_developers_page(visitor: Visitor) -> None:
    visitor.goto("/").press("For developers").sees("/issuers/{authority}").look("api-docs")


def test_page_not_found(visitor: Visitor) -> None:
    visitor.goto("/nowhere", status=404).sees("Page not found").look("not-found")
    visitor.press("Go to the first page")
    assert visitor.page.url == visitor.site.url + "/"


def test_keyboard(visitor: Visitor) -> None:
    page = visitor.goto("/").page
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Skip to main content"
    assert skip.bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "I am a citizen"
    shadow = page.evaluate("getComputedStyle(document.activeElement).boxShadow")
    assert shadow != "none"
    page.keyboard.press("Enter")
    page.wait_for_url("**/wallet/**")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_schemes(visitor: Visitor, scheme: str) -> None:
    visitor.page.emulate_media(color_scheme=scheme)
    visitor.goto("/").look(scheme)
    ground = visitor.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, ground.removeprefix("rgb(").rstrip(")").split(","))) < 200) == (scheme == "dark")


def test_paper(visitor: Visitor) -> None:
    visitor.goto("/")
    visitor.page.emulate_media(media="print")
    assert not visitor.page.locator("nav").is_visible()
    PICTURES.mkdir(parents=True, exist_ok=True)
    visitor.page.screenshot(path=PICTURES / "paper.png", full_page=True)


def test_without_scripts(visitor: Visitor) -> None:
    """Nothing on these pages needs a script; the policy lets none in but our own files."""
    visitor.goto("/")
    assert visitor.page.locator("script:not([src^='/static/'])").count() == 0
    blocked = visitor.page.evaluate(
        """() => new Promise(resolve => {
          document.addEventListener('securitypolicyviolation', event => resolve(event.effectiveDirective));
          const script = document.createElement('script');
          script.textContent = 'document.title = "taken over"';
          document.head.append(script);
        })"""
    )
    assert blocked == "script-src-elem"
    assert visitor.page.title() != "taken over"
