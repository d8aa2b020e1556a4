"""Element values between JSON and CBOR (ISO/IEC 18013-5 §7.2.1; RFC 8949 §6.1; RFC 8943)."""

import base64
import binascii
import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from common.encoding import base64url, cbor
from common.encoding.cbor import Tag
from common.errors import MalformedInputError, SelloError
from common.formats.mdoc.doctypes import PICTURES
from common.vcdm import times

DATE_TIME: Final = 0  # tdate
FULL_DATE: Final = 1004
POSITIVE, NEGATIVE = 2, 3  # integers of any size (RFC 8949 §3.4.3)
DAYS: Final = 100  # since 1970-01-01 (RFC 8943 §1.1)
MAX_INTEGER_BYTES: Final = 64
_INTEGERS: Final = (POSITIVE, NEGATIVE)
_EPOCH: Final = date(1970, 1, 1)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_PICTURE: Final = re.compile(r"data:image/[a-z0-9.+-]+;base64,")


def to_cbor(name: str, value: Any) -> Any:
    """A claim's value as an element has it: dates are full-dates, pictures their bytes, the rest as it is."""
    if name in PICTURES:
        return _picture(value)
    if isinstance(value, str) and _DATE.match(value):
        try:
            date.fromisoformat(value)
        except ValueError:
            return value
        return Tag(FULL_DATE, value)
    if isinstance(value, Mapping):
        return {key: to_cbor(key, item) for key, item in value.items()}
    if isinstance(value, list):
        return [to_cbor("", item) for item in value]
    return value


def to_json(value: Any) -> Any:
    """An element's value as DCQL compares it and people read it: bytes as base64url, tags left out.

    Of the tags, those alone change what stands beneath that make a number or a date of it.
    """
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, bytes):
        return base64url.encode(value)
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, Mapping):
        pairs = {_name(key): to_json(item) for key, item in value.items()}
        if len(pairs) != len(value):
            raise MalformedInputError("Two keys of a data element read alike.")
        return pairs
    if isinstance(value, cbor.Embedded):
        return base64url.encode(value.value)
    if isinstance(value, Tag):
        return _tagged(value.tag, value.value)
    raise MalformedInputError("A data element has a value of a kind that is not read here.")


def _tagged(tag: int, value: Any) -> Any:
    if tag in _INTEGERS and isinstance(value, bytes) and len(value) <= MAX_INTEGER_BYTES:
        number = int.from_bytes(value, "big")
        return number if tag == POSITIVE else -1 - number
    if tag == DAYS and type(value) is int:
        try:
            return (_EPOCH + timedelta(days=value)).isoformat()
        except OverflowError as error:
            raise MalformedInputError("A data element is a day that no calendar has.") from error
    return to_json(value)


def date_time(moment: datetime) -> Tag:
    """A tdate in UTC, to the second (ISO/IEC 18013-5 §9.1.2.4)."""
    return Tag(DATE_TIME, times.write(moment))


def read_date_time(value: object) -> datetime:
    """The moment of a tdate, in UTC."""
    if not isinstance(value, Tag) or value.tag != DATE_TIME:
        raise MalformedInputError("A time in this mdoc is none.")
    try:
        return times.parse(value.value).astimezone(UTC)
    except SelloError as error:
        raise MalformedInputError("A time in this mdoc is none.") from error


def _name(key: Any) -> str:
    return base64url.encode(key) if isinstance(key, bytes) else str(key)


def _picture(value: Any) -> bytes:
    found = _PICTURE.match(value) if isinstance(value, str) else None
    if found is None:
        raise MalformedInputError("A picture in an mdoc is made of a data URI of an image.")
    try:
        return base64.b64decode(value[found.end() :], validate=True)
    except binascii.Error as error:
        raise MalformedInputError("A picture's data URI cannot be read.") from error
