"""A registry in somebody else's SQL database: a declared table or query, read and never written."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, Final

import sqlalchemy as sql

from common.registries.columns.column import Column, merged
from common.registries.connector import (
    START,
    RecordChange,
    RecordNotFoundError,
    RegistryError,
    RegistryRecord,
)
from common.registries.rules.conditions import as_date
from common.registries.values.cells import unwrapped
from common.registries.values.nulls import says_nothing
from common.registries.values.texts import compact, tidy
from issuer import models
from issuer.registries.connectors.sql_source import (
    SqlSourceError,
    parse_sql_source,
    reading_connection,
    source_relation,
)

PAGE: Final = 2_000
MOST_FOUND: Final = 1_000
SETTLED: Final = timedelta(days=2)  # after which nothing comes late, whatever zone the clock is in
PARTED: Final = "\t"  # between the moment and the key in a cursor
_MOMENT: Final = "%Y-%m-%dT%H:%M:%S.%f"
TRUE: Final = frozenset({"1", "true", "t", "y", "yes"})


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime(_MOMENT) if value.tzinfo else value.strftime(_MOMENT)


# By the Python type of a column: how its values stand in a cursor, so that texts sort as values do; and back.
TO_TEXT: Final[Mapping[str, Callable[[Any], str]]] = {
    "datetime": _moment,
    "aware": _moment,
    "date": date.isoformat,
    "int": lambda value: f"{value:020}",
    "str": str,
    "padded": str,
}
FROM_TEXT: Final[Mapping[str, Callable[[str], Any]]] = {
    "datetime": lambda text: datetime.strptime(text, _MOMENT),  # noqa: DTZ007 - the database has no zone either
    "aware": lambda text: datetime.strptime(text, _MOMENT).replace(tzinfo=UTC),
    "date": date.fromisoformat,
    "int": int,
    "str": str,
    "padded": str,  # texts with space around them, as CHAR columns have it
    "Decimal": Decimal,
    "bool": lambda text: text.casefold() in TRUE,
}


class SqlRegistry:
    """The `RegistryReader` of a database that others keep."""

    def __init__(self, registry: models.Registry) -> None:
        self.title = registry.title
        self.source = parse_sql_source(registry.source)
        self.kinds = self.source.kinds
        self.columns = merged(registry.columns)
        self.tells_removals = bool(self.source.removed)
        self.rows = source_relation(self.source, self.kinds)
        if self.source.key not in self.kinds or self.source.changed not in self.kinds:
            raise SqlSourceError(f"{self.title} was not connected; see connect_registry.")
        self.key, self.changed = self.rows.c[self.source.key], self.rows.c[self.source.changed]

    def fetch(self, key: str) -> RegistryRecord:
        """The record under `key`; two under one are an error of the declaration.

        A database may find 7 under 007, or AB under ab. Here one record has one key: by it its card is
        withdrawn, so that nothing is issued of it under another.
        """
        found = self._where(self.source.key, self._typed(self.source.key, key), limit=2)
        if len(found) > 1:
            raise RegistryError(f"{self.title} has several records under one key.", status=503)
        change = self._change(found[0]) if found else None
        if change is None or change.record is None or change.key != key:
            raise RecordNotFoundError(f"{self.title} holds no record under this key.")
        return change.record

    def find(self, column: str, value: str) -> Iterator[RegistryRecord]:
        """The records whose column says exactly this; so many of them at most."""
        if column not in self.kinds:
            return
        try:
            typed = self._typed(column, value)
        except RecordNotFoundError:
            return
        for row in self._where(column, typed, limit=MOST_FOUND):
            change = self._change(row)
            if change.record is not None:
                yield change.record

    def changes(self, since: str = START, *, limit: int | None = None) -> Iterator[RecordChange]:
        """What changed after `since`, by moment and key, so that equal moments lose nothing; page by page."""
        left = limit
        while left is None or left > 0:
            size = PAGE if left is None else min(PAGE, left)
            page = [self._change(row) for row in self._read(self._after(since).limit(size))]
            yield from (change for change in page if not says_nothing(change.key))
            if len(page) < size:
                return
            since = page[-1].cursor
            left = None if left is None else left - size

    def head(self) -> str:
        """The cursor after the last moment that stands there."""
        [row] = self._read(sql.select(sql.func.max(self.changed).label("last")))
        return START if row["last"] is None else f"{self._text(row['last'])}{PARTED}\U0010ffff"

    def rewind(self, cursor: str, *, now: datetime) -> str:
        """Back by the declared overlap: a transaction may write its moment and become visible later."""
        text, parted, _ = cursor.partition(PARTED)
        kind = self.kinds[self.source.changed]
        if not parted or not self.source.overlap or kind not in ("datetime", "aware", "int"):
            return cursor
        last = FROM_TEXT[kind](text)
        if kind == "int":
            return f"{self._text(max(0, last - self.source.overlap))}{PARTED}"
        if now - last.replace(tzinfo=UTC) > SETTLED:
            return cursor
        return f"{self._text(last - timedelta(seconds=self.source.overlap))}{PARTED}"

    def passed(self, column: str, *, after: date | None, until: date) -> Iterator[RecordChange]:
        """The records whose day has come."""
        day, written = self.rows.c[column], self.kinds[column] in ("str", "padded")
        counted = self.kinds[column] not in (
            "date",
            "datetime",
            "aware",
            "str",
        )  # 19900525, and texts with space
        if counted or (written and self.columns[column].order):
            yield from self._passed_as_written(column, after=after, until=until)
            return
        chosen = sql.select(self.rows).where(day <= (until.isoformat() if written else until))
        if after is not None:
            chosen = chosen.where(day > (after.isoformat() if written else after))
        for start in count(0, PAGE):
            page = self._read(chosen.order_by(day, self.key).offset(start).limit(PAGE))
            yield from (self._change(row) for row in page)
            if len(page) < PAGE:
                return

    def _passed_as_written(self, column: str, *, after: date | None, until: date) -> Iterator[RecordChange]:
        """The same where days are texts that do not sort as days do: one by one."""
        for change in self.changes():
            day = as_date(change.record.data.get(column), today=until) if change.record else None
            if day is not None and day <= until and (after is None or day > after):
                yield change

    def _where(self, column: str, value: Any, *, limit: int) -> list[Mapping[str, Any]]:
        """The rows that say this; where texts have space around them, whatever it is."""
        said = self.rows.c[column]
        if self.kinds[column] == "padded":
            return self._read(sql.select(self.rows).where(sql.func.trim(said) == value).limit(limit))
        return self._read(sql.select(self.rows).where(said == value).limit(limit))

    def _after(self, since: str) -> "sql.Select[Any]":
        chosen = sql.select(self.rows).where(self.changed.is_not(None), self.key.is_not(None))
        if since != START:
            text, _, key = since.partition(PARTED)
            moment = FROM_TEXT[self.kinds[self.source.changed]](text)
            same = self.changed == moment
            if key:
                same = sql.and_(same, self.key > self._typed(self.source.key, key))
            chosen = chosen.where(sql.or_(self.changed > moment, same))
        return chosen.order_by(self.changed, self.key)

    def _change(self, row: Mapping[str, Any]) -> RecordChange:
        written = str(row[self.source.key])
        key = compact(written)
        moment = row[self.source.changed]
        version = self._text(moment) if moment is not None else ""
        created = row[self.source.created] if self.source.created else None
        gone = bool(self.source.removed) and str(row[self.source.removed]).casefold() in TRUE
        data = cleaned_values(row_values(row), self.columns)
        record = RegistryRecord(key, data, changed_at=moment if isinstance(moment, datetime) else None)
        return RecordChange(
            key=key,
            record=None if gone else record,
            cursor=f"{version}{PARTED}{written}",
            version=version,
            created=f"{self._text(created)}{PARTED}{written}" if created is not None else "",
        )

    def _text(self, value: Any) -> str:
        return TO_TEXT[self.kinds[self.source.changed]](value)

    def _typed(self, column: str, text: str) -> Any:
        try:
            return FROM_TEXT.get(self.kinds[column], str)(text)
        except (ValueError, ArithmeticError) as error:
            raise RecordNotFoundError(f"{self.title} holds no record under this key.") from error

    def _read(self, statement: "sql.Select[Any]") -> list[Mapping[str, Any]]:
        with reading_connection(self.source) as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]


def row_values(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as records are kept: days and decimals as texts; what is unknown, or no text at all, left out."""
    return {name: _plain(value) for name, value in row.items() if value is not None and _sayable(value)}


def cleaned_values(data: Mapping[str, Any], columns: Mapping[str, Column]) -> dict[str, Any]:
    """A row as an import would keep it: trimmed, typed, what says nothing left out.

    What cannot be read as its column's type stays as it is, so that no credential says it; a text that a
    program has damaged is left out.
    """
    result = {name: _cleaned(value, columns.get(name)) for name, value in data.items()}
    return {name: value for name, value in result.items() if value != ""}


def _cleaned(value: Any, column: Column | None) -> Any:
    """One value as an import would keep it; "" where it says nothing."""
    text = tidy(value) if isinstance(value, str) else None
    try:
        if text is not None:
            return unwrapped(text) if column is None else column.clean(unwrapped(text))
        if column is not None and column.type == "date":  # 19900525, or 0 where there is none
            return column.clean(str(value)) if value else ""
    except ValueError:
        if text is not None:
            return "" if column is not None and column.type == "string" else unwrapped(text)
    return value


def _sayable(value: Any) -> bool:
    return isinstance(value, str | int | float | Decimal | date)


def _plain(value: Any) -> Any:
    if isinstance(value, date):  # and moments
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, int | str) else str(value)
