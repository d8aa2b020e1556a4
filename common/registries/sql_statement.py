"""Whether a declared statement reads and does nothing else: one SELECT, before it is ever sent.

It is the first of three fences: the statement stands as a subquery where it is used, and the connection
is opened for reading alone.
"""

import re
from typing import Any, Final

import sqlparse
from sqlparse import tokens

from common.registries.connector import RegistryError

MAX_STATEMENT: Final = 20_000
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_$]{0,127}\Z")
# Words that write, lock or leave the statement, wherever they stand; a column of such a name is quoted.
_FORBIDDEN: Final = frozenset({
    "INTO", "UPDATE", "INSERT", "DELETE", "MERGE", "REPLACE", "UPSERT", "CREATE", "ALTER", "DROP", "TRUNCATE",
    "GRANT", "REVOKE", "CALL", "DO", "COPY", "EXEC", "EXECUTE", "ATTACH", "DETACH", "PRAGMA", "SET", "LOCK",
    "VACUUM", "COMMIT", "ROLLBACK", "BEGIN", "SHARE",
})  # fmt: skip


class StatementRefusedError(RegistryError):
    """A statement that is not one SELECT."""

    code = "statement_refused"


def require_select(statement: str) -> str:
    """The statement without its last semicolon, or `StatementRefusedError`."""
    if len(statement) > MAX_STATEMENT or "\0" in statement:
        raise StatementRefusedError(f"A query is a text of up to {MAX_STATEMENT:,} characters.")
    parts: list[Any] = [part for part in sqlparse.parse(statement) if str(part).strip(" \t\r\n;")]
    if len(parts) != 1 or parts[0].token_first().normalized.upper() not in ("SELECT", "WITH"):
        raise StatementRefusedError("A query is one SELECT.")
    for token in parts[0].flatten():
        if token.ttype in tokens.Comment:
            raise StatementRefusedError("A query stands without comments.")
        if token.ttype in tokens.Punctuation and token.value == ";":
            continue
        words = token.normalized.upper().split() if token.ttype in tokens.Keyword else [token.value.upper()]
        if token.ttype not in tokens.Literal and _FORBIDDEN & set(words) and not _quoted(token.value):
            raise StatementRefusedError(f"A query only reads: {words[0]} does not belong there.")
    return statement.strip().rstrip(";").rstrip()


def require_name(name: object, what: str) -> str:
    """The name of a table, schema or column as it can be quoted anywhere, or `StatementRefusedError`."""
    if not isinstance(name, str) or not _NAME.match(name):
        raise StatementRefusedError(f"{what} is a name of letters, digits and _.")
    return name


def _quoted(value: str) -> bool:
    return value[:1] in ('"', "`", "[", "'")
