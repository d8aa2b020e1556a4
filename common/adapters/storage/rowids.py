"""Tables whose rows keep no order.

SQLite numbers the rows of a table as they come, beside any primary key. By that number the rows of two tables
can be laid side by side as they were written, with no time in either of them.
"""

from collections.abc import Callable
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def without_rowid(*tables: str) -> Callable[[Any, BaseDatabaseSchemaEditor], None]:
    """A step of a migration that makes `tables` WITHOUT ROWID, on SQLite; elsewhere it does nothing.

    A later migration that makes one of them anew needs it again, since Django does not know of it.
    """

    def remake(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor != "sqlite":
            return
        with editor.connection.cursor() as cursor:
            for table in tables:
                cursor.execute(
                    "SELECT type, sql FROM sqlite_master WHERE tbl_name = %s AND sql IS NOT NULL", [table]
                )
                found = cursor.fetchall()
                [made] = [sql for kind, sql in found if kind == "table"]
                fresh = made.replace(f'"{table}"', f'"new__{table}"', 1)
                cursor.execute(f"{fresh} WITHOUT ROWID")
                cursor.execute(f'INSERT INTO "new__{table}" SELECT * FROM "{table}"')  # noqa: S608
                cursor.execute(f'DROP TABLE "{table}"')
                cursor.execute(f'ALTER TABLE "new__{table}" RENAME TO "{table}"')
                for kind, sql in found:
                    if kind == "index":
                        cursor.execute(sql)

    return remake
