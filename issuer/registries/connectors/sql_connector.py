"""Connecting a registry in somebody else's SQL database: its columns are told from a few of its rows."""

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sql

from common.registries.columns.profile import describe_columns
from common.registries.connector import RegistryReader
from common.registries.values.texts import tidy
from issuer.models import Registry
from issuer.registries.connectors.base import ConnectedSource, Connector, SourceDeclaration
from issuer.registries.connectors.sql import TO_TEXT, SqlRegistry, row_values
from issuer.registries.connectors.sql_source import (
    SqlSource,
    SqlSourceError,
    parse_sql_source,
    reading_connection,
    source_relation,
)

PROBED: Final = 200
SURVEYED: Final = 50_000  # rows in which texts with space around them are looked for


class SqlConnector(Connector):
    """A declared table or query, read and never written."""

    def connect(self, declaration: SourceDeclaration) -> ConnectedSource:
        """The columns of the table or query, but for those that only say what changed."""
        settings = {**declaration.source, **({"key": declaration.key} if declaration.key else {})}
        settings.pop("kinds", None)
        declared = parse_sql_source(settings)
        kinds, rows = probe_source(declared)
        cells = [{name: tidy(str(value)) or "" for name, value in row_values(row).items()} for row in rows]
        hidden = {declared.changed, declared.created, declared.removed}
        columns = [
            describe_columns(name, [row[name] for row in cells if name in row]).described()
            for name in kinds
            if name not in hidden
        ]
        return ConnectedSource(declared.key, columns, {**settings, "kinds": kinds})

    def open(self, registry: Registry) -> RegistryReader:
        """Its rows."""
        return SqlRegistry(registry)


CONNECTOR: Final = SqlConnector()


def probe_source(source: SqlSource) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """The kinds of the source's columns, and a few rows; what a declaration is checked against."""
    star = sql.text(f"SELECT * FROM ({source.query.replace(':', chr(92) + ':')}) AS source")  # noqa: S608
    table = sql.table(source.table, schema=source.schema or None)
    statement: Any = sql.select(sql.text("*")).select_from(table).limit(PROBED) if source.table else star
    with reading_connection(source) as connection:
        result = connection.execute(statement)
        names = list(result.keys())
        rows = [dict(row) for row in result.mappings().fetchmany(PROBED)]
    if not rows:
        raise SqlSourceError("There are no rows yet from which its columns could be told.")
    kinds = {name: _kind([row[name] for row in rows if row[name] is not None]) for name in names}
    for name in _padded(source, kinds):
        kinds[name] = "padded"
    for member in ("key", "changed", "created", "removed"):
        column = getattr(source, member)
        if column and column not in kinds:
            raise SqlSourceError(f"{member}: there is no column {column}; there are: {', '.join(kinds)}.")
    if kinds[source.changed] not in TO_TEXT:
        raise SqlSourceError(f"changed: {source.changed} is neither a moment nor a number that grows.")
    if source.created and kinds[source.created] != kinds[source.changed]:
        raise SqlSourceError("created and changed are columns of one kind.")
    return kinds, rows


def _padded(source: SqlSource, kinds: Mapping[str, str]) -> list[str]:
    """The columns of text in which some value has space around it."""
    table = source_relation(source, kinds)
    surveyed = sql.select(table).limit(SURVEYED).subquery("surveyed")
    found = []
    with reading_connection(source) as connection:
        for name in (name for name, kind in kinds.items() if kind == "str"):
            said = sql.cast(surveyed.c[name], sql.Text)
            longer = sql.func.length(said) > sql.func.length(sql.func.trim(said))
            if connection.execute(sql.select(sql.literal(1)).where(longer).limit(1)).first():
                found.append(name)
    return found


def _kind(values: list[Any]) -> str:
    kinds = {"aware" if getattr(value, "tzinfo", None) else type(value).__name__ for value in values}
    return kinds.pop() if len(kinds) == 1 else "str"
