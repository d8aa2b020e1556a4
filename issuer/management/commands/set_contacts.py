"""`set_contacts REGISTRY`: which columns say how a person is reached, and in which language."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from common.adapters.command import Command as Base
from issuer.registries.contacts import CONTACTS, contact_columns, set_contacts
from issuer.registries.store import find_registry


class Command(Base):
    help = "Say which columns of a registry hold a person's addresses and language; an empty name means none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("registry", help="its name here")
        for contact in CONTACTS:
            parser.add_argument(
                f"--{contact}", metavar="COLUMN", help=f"the column of the person's {contact}"
            )

    def run(self, **options: Any) -> Mapping[str, Any]:
        """`{registry, language}` and a member for each kind of address, as it is from now on."""
        registry = find_registry(options.pop("registry"))
        given = {contact: name for contact, name in options.items() if name is not None}
        if given:
            set_contacts(registry, given)
        found = contact_columns(registry)
        return {"registry": registry.slug, **{contact: found.get(contact, "") for contact in options}}
