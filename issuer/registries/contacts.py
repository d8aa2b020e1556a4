"""Where a registry's records say how their person is reached, and in which language."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from common.registries.connector import RegistryError
from issuer.models import Registry

# Column names that speak of the person's own contacts, in letters alone; anybody else's bear a longer name.
GUESSED: Final[dict[str, frozenset[str]]] = {
    "email": frozenset({"email", "emailaddress", "mail", "correo", "correoelectronico", "courriel"}),
    "phone": frozenset(
        {"phone", "phonenumber", "telephone", "telephonenumber", "mobile", "mobilenumber", "mobilephone",
         "cellphone", "telefono", "celular", "movil", "tel"}
    ),
    "language": frozenset({"language", "preferredlanguage", "lang", "idioma", "lengua", "langue"}),
}  # fmt: skip


def contact_columns(registry: Registry) -> dict[str, str]:
    """Which columns give the person's `email`, `phone` and `language`.

    A column's entry says so (`"contact": "email"`, set_contacts); a registry that declares none is read by
    the names of its columns.
    """
    declared = {column["contact"]: column["name"] for column in registry.columns if "contact" in column}
    if declared:
        return {contact: name for contact, name in declared.items() if contact in GUESSED}
    names = {_letters(column["name"]): column["name"] for column in registry.columns}
    return {
        contact: next(names[name] for name in names if name in known)
        for contact, known in GUESSED.items()
        if names.keys() & known
    }


def _letters(name: str) -> str:
    """A column's name without accents, case, digits and signs."""
    return re.sub(r"[^a-z]", "", unicodedata.normalize("NFKD", name.casefold()))


def set_contacts(registry: Registry, contacts: Mapping[str, str]) -> None:
    """Declare the columns of a person's contacts; an empty name says that there is none."""
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
