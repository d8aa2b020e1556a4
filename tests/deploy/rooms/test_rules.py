"""Each rule of the plan says the sentence that a broken tree deserves, and nothing of a sound one."""

from pathlib import Path

from deploy.rooms import rules
from deploy.rooms.floors import Floors
from tests.deploy.rooms.samples import grown

HOUSE: dict[str, Floors] = {
    "": (("common", "common.errors"), ("issuer", "wallet")),
    "issuer": (("issuer",), ("issuer.models",), ("issuer.offers", "issuer.status"), ("issuer.pages",)),
}


def test_a_sound_tree_breaks_nothing(tmp_path: Path) -> None:
    tree = grown(
        tmp_path,
        {
            "common/errors.py": "class SelloError(Exception): ...\n",
            "issuer/models.py": "class Offer: ...\n",
            "issuer/offers/create.py": "from issuer.models import Offer\nfrom common import errors\n",
            "issuer/pages.py": "def page():\n    from issuer.offers import create\n    return create\n",
        },
    )
    for rule in (rules.stands_in_a_room, rules.imports_go_down):
        assert list(rule(tree, HOUSE)) == []
    for plain in (
        rules.no_circles,
        rules.imports_are_absolute,
        rules.pure_floors_stay_pure,
        rules.common_names_no_party,
        rules.pages_ask_services,
        rules.files_stay_short,
        rules.classes_have_one_name,
        rules.functions_have_one_name,
        rules.errors_end_in_error,
    ):
        assert list(plain(tree)) == []


def test_a_module_in_no_room(tmp_path: Path) -> None:
    tree = grown(tmp_path, {"issuer/misc.py": ""})
    assert list(rules.stands_in_a_room(tree, HOUSE)) == ["issuer.misc stands in no room of issuer"]


def test_a_folder_beside_rooms(tmp_path: Path) -> None:
    floors: dict[str, Floors] = {"issuer": (("issuer.ways.road", "issuer.ways.rail"), ("issuer.ways",))}
    files = dict.fromkeys(("issuer/ways/road/a.py", "issuer/ways/rail/a.py", "issuer/ways/kinds.py"), "")
    assert list(rules.neighbours_of_rooms_are_rooms(grown(tmp_path, files), floors)) == []
    tree = grown(tmp_path, {**files, "issuer/ways/air/a.py": ""})
    assert list(rules.neighbours_of_rooms_are_rooms(tree, floors)) == [
        "issuer.ways.air is no room beside rooms: add it to their floor in deploy/rooms/floors.py"
    ]


def test_an_import_up(tmp_path: Path) -> None:
    tree = grown(
        tmp_path,
        {
            "issuer/models.py": "def late():\n    from issuer.offers import create\n",
            "issuer/offers/create.py": "",
        },
    )
    assert list(rules.imports_go_down(tree, HOUSE)) == [
        "issuer.models imports issuer.offers.create: imports go down only,"
        " and issuer.offers stands above issuer.models"
    ]


def test_an_import_across(tmp_path: Path) -> None:
    tree = grown(tmp_path, {"issuer/offers/create.py": "import wallet.card\n", "wallet/card.py": ""})
    assert list(rules.imports_go_down(tree, HOUSE)) == [
        "issuer.offers.create imports wallet.card: imports go down only, and issuer and wallet share a floor"
    ]


def test_an_import_by_a_string(tmp_path: Path) -> None:
    tree = grown(
        tmp_path,
        {"issuer/status/lists.py": 'PART = "issuer.pages.Page"\n', "issuer/pages.py": "class Page: ...\n"},
    )
    assert list(rules.imports_go_down(tree, HOUSE)) == [
        "issuer.status.lists imports issuer.pages: imports go down only,"
        " and issuer.pages stands above issuer.status"
    ]


def test_a_circle_through_a_function(tmp_path: Path) -> None:
    tree = grown(
        tmp_path,
        {
            "issuer/a.py": "from issuer import b\n",
            "issuer/b.py": "from issuer.c import C\n",
            "issuer/c.py": "class C:\n    def late(self):\n        from issuer import a\n",
        },
    )
    assert list(rules.no_circles(tree)) == [
        "issuer.a and issuer.b and issuer.c import one another in a circle"
    ]


def test_a_relative_import(tmp_path: Path) -> None:
    tree = grown(tmp_path, {"issuer/a.py": "from . import b\n", "issuer/b.py": ""})
    assert list(rules.imports_are_absolute(tree)) == ["issuer.a imports relatively: imports are absolute"]


def test_a_pure_floor_that_looks_at_the_clock(tmp_path: Path) -> None:
    tree = grown(tmp_path, {"common/did/web.py": "import time\n", "issuer/clock.py": "import time\n"})
    assert list(rules.pure_floors_stay_pure(tree)) == [
        "common.did.web imports time: time, randomness and network arrive as arguments"
    ]


def test_a_party_named_in_common(tmp_path: Path) -> None:
    tree = grown(
        tmp_path,
        {
            "common/site/home.py": 'PAGE = "issuer.pages"\n',
            "common/config/urls.py": "import issuer.pages\n",
            "issuer/pages.py": "",
        },
    )
    assert list(rules.common_names_no_party(tree)) == [
        "common.site.home names issuer.pages: only common.config names the parties"
    ]


def test_a_page_that_asks_a_table(tmp_path: Path) -> None:
    asks = """
from django.shortcuts import get_object_or_404
from issuer import cards
from issuer.models import Offer

def page(offer):
    Offer.objects
    get_object_or_404(Offer)
    offer.save()
    cards.delete(offer)
"""
    tree = grown(tmp_path, {"issuer/pages/offers.py": asks, "issuer/offers/create.py": asks})
    assert sorted(rules.pages_ask_services(tree)) == [
        f"issuer.pages.offers uses {word}: pages and API ask services, never tables"
        for word in (".objects", ".save()", "get_object_or_404")
    ]


def test_a_file_that_grew(tmp_path: Path) -> None:
    tree = grown(tmp_path, {"issuer/a.py": "x = 1\n" * 301, "issuer/b.py": "x = 1\n" * 300})
    assert list(rules.files_stay_short(tree)) == ["issuer.a has 301 lines: no file has over 300"]


def test_a_name_that_means_two_things(tmp_path: Path) -> None:
    twice = "class Offer: ...\nclass Command: ...\nclass _Own: ...\ndef read(): ...\ndef find(): ...\n"
    tree = grown(tmp_path, {"issuer/a.py": twice, "wallet/b.py": twice})
    assert list(rules.classes_have_one_name(tree)) == [
        "Offer is a class in issuer.a and wallet.b: one name means one thing"
    ]
    assert list(rules.functions_have_one_name(tree, {"read"})) == [
        "find is a function in issuer.a and wallet.b: one name means one thing"
    ]
    assert list(rules.verbs_are_needed(tree, {"read", "verify"})) == [
        "verify is listed as a verb of several modules, and is in one at most"
    ]


def test_an_error_without_its_word(tmp_path: Path) -> None:
    tree = grown(
        tmp_path,
        {
            "common/errors.py": "class SelloError(Exception): ...\nclass Gone(SelloError): ...\n",
            "issuer/a.py": "from common.errors import Gone\nclass CardGone(Gone): ...\nclass Card: ...\n",
        },
    )
    assert list(rules.errors_end_in_error(tree)) == [
        f"{name} can be raised: names of error classes end in Error"
        for name in ("issuer.a.CardGone", "common.errors.Gone")
    ]
