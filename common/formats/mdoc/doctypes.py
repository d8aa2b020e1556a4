"""Document types that others defined, and in which of their namespaces each data element stands.

A type of our own has its page's address as doctype and as namespace; what a registry says beyond the
standard's elements stands in that namespace too, as domestic data do.
"""

import re
from collections.abc import Mapping
from typing import Final

MDL: Final = "org.iso.18013.5.1.mDL"
PHOTO_ID: Final = "org.iso.23220.photoid.1"
DOCUMENT: Final = ("issue_date", "expiry_date", "issuing_authority", "issuing_country")  # of any document
_PERSON: Final = (
    *("family_name", "given_name", "birth_date", "portrait", "sex", "nationality", "document_number"),
    *("resident_address", "resident_city", "resident_postal_code", "resident_country", "age_in_years"),
    *("age_birth_year", "portrait_capture_date"),
)
# doctype: namespace: its elements (ISO/IEC 18013-5 §7.2.1, ISO/IEC 23220-2 §6, ISO/IEC TS 23220-4 annex C)
NAMESPACES: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    MDL: {
        "org.iso.18013.5.1": frozenset(
            {
                *(*DOCUMENT, *_PERSON, "driving_privileges", "un_distinguishing_sign"),
                *("administrative_number", "height", "weight", "eye_colour", "hair_colour", "birth_place"),
                *("issuing_jurisdiction", "resident_state", "signature_usual_mark"),
                *("family_name_national_character", "given_name_national_character"),
            }
        )
    },
    PHOTO_ID: {
        "org.iso.23220.1": frozenset(
            {*DOCUMENT, *_PERSON, "birthplace", "name_at_birth", "issuing_subdivision"}
        ),
        "org.iso.23220.photoid.1": frozenset(
            {
                *("person_id", "birth_country", "birth_state", "birth_city", "administrative_number"),
                *("resident_street", "resident_house_number", "resident_state"),
                *("travel_document_type", "travel_document_number", "travel_document_mrz"),
            }
        ),
    },
}
PICTURES: Final = frozenset({"portrait", "signature_usual_mark"})  # image files, as bytes
_AGE_OVER: Final = re.compile(r"age_over_\d\d\Z")


def namespace(doctype: str, element: str, *, own: str) -> str:
    """The namespace of a data element in documents of this type; `own` is that of the issuer."""
    known = NAMESPACES.get(doctype, {})
    for name, elements in known.items():
        if element in elements or _AGE_OVER.match(element):
            return name
    return own
