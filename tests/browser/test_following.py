"""A death at the civil registry, on the officer's page: looked at, let happen, and seen afterwards."""

import pytest

from tests.browser.conftest import ROOT, Visitor
from tests.browser.test_story import sign_in

pytestmark = pytest.mark.browser


def test_what_follows_from_a_death(visitor: Visitor) -> None:
    for name, key in (("identity", "P-0407"), ("farmer", "F-0135")):
        visitor.site.command(
            "issue", name, key, "--format", "dc+sd-jwt", "--out", str(visitor.site.var / name)
        )
    visitor.site.command("sync_registry", "deaths")
    sign_in(visitor)
    visitor.page.locator("main .card", has_text="Register of deaths").get_by_role("link").click()
    visitor.press("What follows from changes").sees("There is nothing to do.").look("nothing")
    visitor.site.command("import_registry", "deaths", "--csv", str(ROOT / "docs" / "examples" / "death.csv"))
    visitor.goto("/office/registries/deaths/following").look("preview")
    visitor.sees("Credentials revoked", "Documents offered", "Ministry of Agriculture", "X-0001")
    visitor.press("Let it happen").sees("There is nothing to do.", "Finished").look("done")
    assert visitor.site.command("sync_registry", "deaths", "--preview")["effects"] == []
