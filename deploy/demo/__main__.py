"""`make demo`: a fresh embedded database, the site on a free port, the story over real HTTP, and an end."""

import secrets
import sys

from deploy import quietly
from deploy.demo.forgeries import Forgeries
from deploy.demo.leftovers import nothing_is_left_behind
from deploy.demo.narrator import Narrator, StoryBrokenError
from deploy.demo.rails import Rails
from deploy.demo.story import Story
from deploy.demo.world import ROOT, Site


def main() -> int:
    """Tell the whole story; the process's exit status, 0 where it came to its end."""
    narrator = Narrator()
    folder = ROOT / "var" / "demo"
    with Site(folder) as site:
        password = secrets.token_urlsafe(12)
        narrator.chapter("A country in a folder")
        with narrator.step("A fresh database, five authorities with their keys, invented registries") as told:
            site.manage("migrate", "--verbosity", "0")
            loaded = site.manage("load_samples", "--officer-password", password, "--json")["registries"]
            site.manage("load_services", "--json")
            site.manage("load_verifiers", "--json")
            told(", ".join(f"{name} {counts['created']}" for name, counts in loaded.items()))
        with narrator.step("The site starts") as told:
            site.start()
            told(site.url)
        try:
            story = Story(site, narrator, password=password)
            story.a_registry_from_a_spreadsheet()
            story.ana_receives_her_cards()
            story.four_services()
            rails = Rails(story, narrator)
            rails.a_subsidy_comes_back_settled()
            rails.a_death_is_registered()
            rails.the_widows_pension_begins()
            rails.a_consent_ends()
            forgeries = Forgeries(site, narrator)
            forgeries.mallory_tries()
            forgeries.the_office_withdraws()
            story.a_withdrawn_card()
            forgeries.the_issuer_is_silent()
            nothing_is_left_behind(site, narrator)
        except (StoryBrokenError, LookupError, RuntimeError) as error:
            print(
                f"\nThe story broke: {error}\nThe site's own log is {folder / 'site.log'}.", file=sys.stderr
            )
            return 1
    narrator.end()
    pictures = sorted(path.name for path in folder.glob("*.png")) + sorted(
        p.name for p in folder.glob("*.svg")
    )
    print(f"Pictures in var/demo/: {', '.join(pictures)}")
    return 0


if __name__ == "__main__":
    quietly.run(main)
