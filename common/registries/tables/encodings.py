"""The encoding of a text file, which does not say it: told from all of its bytes, or not told at all."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from common.registries.tables.errors import UnreadableSpreadsheetError

CHUNK: Final = 1 << 20
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_ESCAPED: Final = re.compile("[\udc80-\udcff]")
_FOREIGN: Final = re.compile("[\x80-\U0010ffff]")
# Letters of western Europe, read as Windows-1252. Ð, Þ and Ý are left out: there they are Icelandic, and
# far more often the Ğ, Ş and İ of a Turkish file.
_LETTERS: Final = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜàáâãäåæçèéêëìíîïñòóôõöøùúûüÿßŒœŠšŽžŸ"
_CAPITALS: Final = "".join(char for char in _LETTERS if char.isupper())
_SIGNS: Final = "¢£¤¥¦§©¬®¯±²³µ¶¸¹¼½¾×÷€‚ƒ„†‡ˆ‰‹›˜™\u0080-\u009f"
# What no western text has: words of foreign letters alone, capitals within a word, signs between letters.
_STRANGE: Final = re.compile(
    f"[{_LETTERS}ÐÞÝðþý]{{3,}}|[{_SIGNS}ªº][\u0080-\U0010ffff]+|[{_LETTERS}ÐÞÝðþý]+[{_SIGNS}ªº]|[ÐÞÝðþý]"
    f"|(?<=[A-Za-z{_LETTERS}])[{_CAPITALS}](?=[a-z])|(?<=[a-z])[{_CAPITALS}]|ø(?=[íáé])|[ÈÌÒ](?=[a-z])"
    f"|(?<=[A-Za-z])[{_SIGNS}¡¿•…](?=[A-Za-z])|(?<=[a-z{_LETTERS}])[–—“”«»](?=[a-z{_LETTERS}])"
    "|[\u0081\u008d\u008f\u0090\u009d]|[¢£¤¥¦³¹¼½¾¿ˆ˜ƒ][a-z]{2}"
)
NAMED: Final = "such as utf-8, cp1252, cp1250, cp1251, mac-roman, shift-jis or gb18030"


@dataclass(frozen=True, slots=True)
class Encoding:
    """The name of an encoding, and how bytes that do not belong to it are read."""

    name: str
    errors: str = "surrogateescape"


def find_encoding(file: BinaryIO) -> Encoding:
    """UTF-8, UTF-16 and UTF-32 with their mark or without; else Windows-1252, where it reads as such.

    A few bytes that are no UTF-8 in a file that otherwise is become lone surrogates, so that their rows can
    be told apart and the other rows keep their letters.
    """
    file.seek(0)
    begin = file.read(4_096)
    for mark, name in _MARKS:
        if begin.startswith(mark):
            return Encoding(name, "surrogateescape" if name == "utf-8-sig" else "replace")
    if (wide := _without_mark(begin)) is not None:
        return Encoding(wide, "replace")
    good = broken = 0
    for text in _decoded(file, "utf-8", "surrogateescape"):
        strange = len(_ESCAPED.findall(text))
        broken += strange
        good += len(_FOREIGN.findall(text)) - strange
    if not broken or good > broken:
        return Encoding("utf-8")
    foreign = doubtful = 0
    for text in _decoded(file, "cp1252", "surrogateescape"):
        foreign += len(_FOREIGN.findall(text))
        doubtful += sum(len(found) for found in _STRANGE.findall(text)) + len(_ESCAPED.findall(text))
    if doubtful * 4 >= foreign:
        raise UnreadableSpreadsheetError(
            "The encoding of the file's letters cannot be told: they are neither UTF-8 nor Windows-1252."
            f" Save it as UTF-8, or name its encoding with --encoding, {NAMED}."
        )
    return Encoding("cp1252")


def named_encoding(name: str) -> Encoding:
    """The encoding that somebody named."""
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError) as error:
        raise UnreadableSpreadsheetError(f"No encoding is called {name!r}; name one {NAMED}.") from error
    wide = found.name.startswith(("utf-16", "utf-32"))
    if not getattr(found, "_is_text_encoding", True) or not (wide or _has_ascii(found.name)):
        raise UnreadableSpreadsheetError(f"{name!r} is no encoding of tables; name one {NAMED}.")
    return Encoding("utf-8-sig") if found.name == "utf-8" else Encoding(found.name, "replace")


def _has_ascii(name: str) -> bool:
    """Whether the signs that part cells are themselves, and no others are made of them."""
    ascii_ = bytes(range(32, 127))
    try:
        return (
            name not in ("utf-7", "unicode-escape", "raw-unicode-escape")
            and ascii_.decode(name, "replace").encode() == ascii_
        )
    except (UnicodeError, LookupError):
        return False


def _decoded(file: BinaryIO, name: str, errors: str) -> Iterator[str]:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(name)(errors)
    while chunk := file.read(CHUNK):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _without_mark(begin: bytes) -> str | None:
    """UTF-16 without its mark: every other byte of what is mostly ASCII is zero."""
    even, odd = begin[::2].count(0), begin[1::2].count(0)
    half = max(1, len(begin) // 2)
    if len(begin) >= 8 and odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    return "utf-16-be" if len(begin) >= 8 and even > 0.4 * half and odd < 0.05 * half else None
