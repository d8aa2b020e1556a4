"""The plan of the tree as a test: each rule of `deploy.rooms.rules` holds, or says where it is broken."""

from collections.abc import Callable, Iterator

import pytest

from deploy.rooms import parts, rules
from deploy.rooms.exceptions import broken
from deploy.rooms.modules import Tree, read_modules

TREE = read_modules()


@pytest.mark.parametrize(
    "rule",
    [
        rules.stands_in_a_room,
        rules.neighbours_of_rooms_are_rooms,
        rules.imports_go_down,
        rules.no_circles,
        rules.imports_are_absolute,
        rules.pure_floors_stay_pure,
        rules.common_names_no_party,
        rules.files_stay_short,
        rules.errors_end_in_error,
        rules.classes_have_one_name,
        rules.functions_have_one_name,
        rules.pages_ask_services,
        parts.stay_at_home,
    ],
    ids=lambda rule: rule.__name__,
)
def test_holds(rule: Callable[[Tree], Iterator[str]]) -> None:
    sentences = broken(rule, TREE)
    assert not sentences, "\n".join(sentences)


def test_files_of_tests_stay_short() -> None:
    """A file of tests may be longer than a module, but not without an end."""
    sentences = list(rules.files_stay_short(read_modules(tops=("tests",)), rules.MOST_LINES_OF_TESTS))
    assert not sentences, "\n".join(sentences)


def test_parties_share_no_foreign_key() -> None:
    """A relation may lead into its own app alone; auth and content types serve the officers' desk."""
    from django.apps import apps

    parties = {"issuer", "wallet", "verifier"}
    for model in apps.get_models():
        here = model._meta.app_label
        for field in model._meta.get_fields():
            related = getattr(field, "related_model", None)
            if here in parties and related is not None and related != "self":
                there = related._meta.app_label
                assert there not in parties - {here}, f"{here}.{model.__name__}.{field.name} leads to {there}"
