"""Documents of ISO 20022 as XML: read without any of XML's doors open, and held against ISO's own schema.

The schemas beside this leaf are ISO 20022's, as they are published; a version that is not here is not read.
"""

import codecs
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from lxml import etree
from lxml.builder import ElementMaker

from common.encoding import moments
from common.payments.errors import PaymentMessageError

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:"
NOT_PROVIDED: Final = "NOTPROVIDED"  # what stands where an identifier is required and there is none
MAX_BYTES: Final = 20_000_000
_SCHEMAS: Final = Path(__file__).parent / "schemas"
# Encodings that banks write; a mark counts before what the file says of itself (XML 1.0 appendix F).
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"),
)  # fmt: skip
_DECLARED: Final = re.compile(rb"""\s*<\?xml\s[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,20})["']""")
_ENCODINGS: Final = frozenset(
    {"utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252", "utf-16", "utf-16-le", "utf-16-be"}
)
VERSIONS: Final = frozenset(path.stem for path in _SCHEMAS.glob("*.xsd"))


def maker(version: str) -> ElementMaker:
    """What writes elements of `version`."""
    return ElementMaker(namespace=NAMESPACE + version, nsmap={None: NAMESPACE + version})


def serialize_xml(root: Any, *, version: str) -> bytes:
    """The bytes of a document, once its schema allows it."""
    _check(root, version)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def parse_xml(data: bytes, *, message: str) -> tuple[str, Any]:
    """The version and root of a `message` (pain.001, pain.002, …) that its schema allows."""
    version, root = _parse(data)
    if not version.startswith(f"{message}."):
        raise PaymentMessageError(f"This is not a {message}.")
    _check(root, version)
    return version, root


def message_of(data: bytes) -> str:
    """Which message a document is, such as pain.002; not yet held against its schema."""
    return ".".join(_parse(data)[0].split(".")[:2])


def _decoded(data: bytes) -> str:
    """The text of a file in the encoding that its mark or its declaration names, else in UTF-8."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    declared = _DECLARED.match(data)
    try:
        encoding = encoding or codecs.lookup(declared[1].decode() if declared else "utf-8").name
        if encoding not in _ENCODINGS and encoding != "utf-8-sig":
            raise PaymentMessageError("This file is in an encoding that is not read here.")
        return data.decode(encoding)
    except (LookupError, UnicodeDecodeError) as error:
        raise PaymentMessageError("This file is not in the encoding that it names.") from error


def _parse(data: bytes) -> tuple[str, Any]:
    """A document type declaration is refused, and so is every entity."""
    if len(data) > MAX_BYTES:
        raise PaymentMessageError(f"This file is larger than {MAX_BYTES} bytes.")
    text = _decoded(data).lstrip("\ufeff \t\r\n")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise PaymentMessageError("A payment file declares no document type and no entities.")
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise PaymentMessageError("This file is not XML.", detail=type(error).__name__) from error
    namespace = etree.QName(root).namespace or ""
    if not namespace.startswith(NAMESPACE):
        raise PaymentMessageError("This is no message of ISO 20022.")
    return namespace.removeprefix(NAMESPACE), root


def children(node: Any, *path: str) -> list[Any]:
    """The elements at `path` below `node`, whatever version's namespace they are in."""
    found: list[Any] = node.findall("/".join(f"{{*}}{name}" for name in path))
    return found


def comparable_id(id: str) -> str:
    """An identifier as it is compared: banks give ours back in capitals, and with spaces between."""
    return "".join(id.split()).lower()


def parse_iso_time(text: str) -> datetime | None:
    """An ISODate or ISODateTime, taken as UTC where it names no zone; None where it cannot be read."""
    if not text:
        return None
    # A day may have a zone of its own (2026-11-25+04:00), which is no hour.
    found = moments.parse_moment(text if "T" in text else f"{text[:10]}T00:00:00")
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found


def text_at(node: Any, *path: str) -> str:
    """The text of the one element at `path`, empty where there is none."""
    found = children(node, *path)
    return (found[0].text or "").strip() if found else ""


def _check(root: Any, version: str) -> None:
    schema = _schema(version)
    if not schema.validate(root):
        # The schema's own sentence would quote values: names and accounts of people.
        faults = {f"line {entry.line} {entry.type_name}" for entry in schema.error_log}
        raise PaymentMessageError(f"This is not a {version} as its schema has it.", detail=min(faults))


@cache
def _schema(version: str) -> Any:
    if version not in VERSIONS:
        raise PaymentMessageError(f"Versions known are {', '.join(sorted(VERSIONS))}.")
    return etree.XMLSchema(etree.parse(_SCHEMAS / f"{version}.xsd"))
