"""A person's language, as registers write it: a code, an English or an own name."""

import unicodedata
from typing import Final

DEFAULT: Final = "en"
RIGHT_TO_LEFT: Final = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})
NAMES: Final[dict[str, str]] = {
    "eng": "en", "english": "en", "anglais": "en", "ingles": "en",
    "spa": "es", "spanish": "es", "espanol": "es", "castellano": "es", "espagnol": "es",
    "fra": "fr", "fre": "fr", "french": "fr", "francais": "fr", "frances": "fr",
    "ara": "ar", "arabic": "ar", "arabe": "ar", "العربية": "ar", "عربي": "ar",
}  # fmt: skip


def language_code(written: object) -> str:
    """The primary language (BCP 47) of what a register says; English where it says nothing that is known."""
    text = str(written or "").strip().casefold()
    base = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    if base in NAMES or text in NAMES:
        return NAMES.get(base) or NAMES[text]
    primary = base.replace("_", "-").split("-")[0]
    return primary if primary.isascii() and primary.isalpha() and 2 <= len(primary) <= 3 else DEFAULT


def direction(code: str) -> str:
    """`rtl` or `ltr`, as HTML's `dir` has it."""
    return "rtl" if code in RIGHT_TO_LEFT else "ltr"
