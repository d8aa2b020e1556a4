"""What a file is, from its first bytes and words: a workbook, an archive, text, or no table at all."""

import re
from typing import Final

from common.registries.tables.errors import UnreadableSpreadsheetError

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE: Final = "open it in the program it comes from and save it as CSV or XLSX."
_BYTES: Final = (
    ((b"PK\x05\x06",), "an empty archive"),
    (
        (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"\x28\xb5\x2f\xfd"),
        "a compressed file; unpack it first, or send it as ZIP",
    ),
    ((b"%PDF",), "a PDF document, no table; ask for the table that it was printed from"),
    ((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*"), "a picture, no table"),
    ((b"SQLite format 3", b"\x00\x01\x00\x00Standard"), "a database; export the table as CSV, or connect it"),
    ((b"PAR1", b"Obj\x01"), "a file of columns for programs; export it as CSV"),
    ((b"\xd0\xcf\x11\xe0",), "a broken workbook"),
)
_SQL: Final = re.compile(
    r"(?:--[^\n]*\n\s*|/\*.{0,2000}?\*/;?\s*)*"
    r"(?:create\s+(?:table|database|schema|or\s)|(?:insert|replace|merge|insert\s+ignore)\s+into\s|truncate\s+(?:table\s)?|update\s+[\w.`\"]+\s+set\s"
    r"|alter\s+(?:table|database)|delete\s+from\s|drop\s+(?:table|database)|set\s+\w+\s*="
    r"|set\s+names\s|begin\s*(?:;|transaction)|copy\s+[\w.\"]+\s*\(|pragma\s|use\s+[`\[\w]+\s*;"
    r"|select\s.{1,500}?\sfrom\s|lock\s+tables|start\s+transaction)",
    re.IGNORECASE | re.DOTALL,
)
_WORDS: Final = (
    (
        re.compile(r"<\?xml|<!--|<!doctype|<[a-z][\w:.-]*[\s/>]", re.IGNORECASE),
        f"a web page or XML, no table; {_SAVE}",
    ),
    (re.compile(r"\{\\rtf"), f"a text document (RTF), no table; {_SAVE}"),
    (re.compile(r"\{\s*(?:[\"'}]|\Z)|\[\s*[{\[\"\]]|\[\s*-?\d"), "JSON, no table; convert it to CSV first."),
    (
        re.compile(r"begin:v(?:card|calendar)", re.IGNORECASE),
        "a list of contacts or dates, no table; export it as CSV.",
    ),
    (
        re.compile(r"mime-version:|content-type:|from: |received: ", re.IGNORECASE),
        f"a message, no table; {_SAVE}",
    ),
    (
        re.compile(r"dn: ?\w+=|version: 1\n", re.IGNORECASE),
        "a directory's export (LDIF), no table; export it as CSV.",
    ),
    (_SQL, "a database's dump (SQL), no table; export the table as CSV."),
    (re.compile(r"---\r?\n\s*(?:- )?[\w-]+:"), "YAML, no table; convert it to CSV first."),
    (re.compile(r"%!ps|%yaml|#!/", re.IGNORECASE), f"no table; {_SAVE}"),
)


def refuse_binary(begin: bytes) -> None:
    """Raise where the first bytes are those of a file that holds no text and is no workbook."""
    for magics, what in _BYTES:
        if begin.startswith(magics):
            raise UnreadableSpreadsheetError(f"This is {what}.")


def refuse_words(begin: str) -> None:
    """Raise where the first words are those of another kind of text."""
    text = begin.lstrip("\ufeff\u200b \t\r\n")
    for pattern, what in _WORDS:
        if pattern.match(text):
            raise UnreadableSpreadsheetError(f"This is {what}")
    strange = sum(char < " " and char not in "\t\r\n\f" for char in begin)
    if strange * 10 > len(begin):
        raise UnreadableSpreadsheetError(f"This is no text; {_SAVE}")
