"""Where a registry's records say how their person is reached, and in which language."""

import re
import unicodedata
from collections.abc import Mapping, Set
from typing import Final

from common.errors import UnknownPartError
from common.notices.channels import CHANNELS
from common.registries.connector import RegistryError
from issuer.models import Registry

LANGUAGE: Final = "language"
# Column names that speak of the person's own contacts, in letters alone; anybody else's bear a longer name.
CONTACTS: Final[dict[str, Set[str]]] = {
    **{channel.address: channel.columns for channel in CHANNELS.values() if channel.columns},
    LANGUAGE: frozenset({"language", "preferredlanguage", "lang", "idioma", "lengua", "langue"}),
}


def contact_columns(registry: Registry) -> dict[str, str]:
    """Which columns give the person's addresses, by their kind, and their `language`.

    A column's entry says so (`"contact": "email"`, set_contacts); a registry that declares none is read by
    the names of its columns.
    """
    declared = {column["contact"]: column["name"] for column in registry.columns if "contact" in column}
    if declared:
        return {contact: name for contact, name in declared.items() if contact in CONTACTS}
    names = {_letters(column["name"]): column["name"] for column in registry.columns}
    return {
        contact: next(names[name] for name in names if name in known)
        for contact, known in CONTACTS.items()
        if names.keys() & known
    }


def _letters(name: str) -> str:
    """A column's name without accents, case, digits and signs."""
    return re.sub(r"[^a-z]", "", unicodedata.normalize("NFKD", name.casefold()))


def set_contacts(registry: Registry, contacts: Mapping[str, str]) -> None:
    """Declare the columns of a person's contacts; an empty name says that there is none.

    Raises `UnknownPartError` for a contact that no channel uses, `RegistryError` for an unknown column.
    """
    for contact in contacts:
        if contact not in CONTACTS:
            raise UnknownPartError("contact", contact, CONTACTS)
    known = {column["name"] for column in registry.columns}
    for name in contacts.values():
        if name and name not in known:
            raise RegistryError(f"{registry.title} has no column of that name: {', '.join(sorted(known))}.")
    declared = {**contact_columns(registry), **contacts}
    wanted = {name: contact for contact, name in declared.items() if name}
    registry.columns = [
        {k: v for k, v in column.items() if k != "contact"}
        | ({"contact": wanted[column["name"]]} if column["name"] in wanted else {})
        for column in registry.columns
    ]
    if not wanted:  # nothing is to be guessed either
        registry.columns = [{**column, "contact": "none"} for column in registry.columns]
    registry.save(update_fields=["columns"])
