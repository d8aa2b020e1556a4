"""What is declared of a registry in somebody else's database, and connections to it that can only read.

    {"url_env": "FARMERS_DATABASE_URL", "table": "farmers", "schema": "public",
     "key": "farmer_id", "changed": "updated_at"}

or "query" in place of table and schema. Beside: "created", the column of a row's first moment (of the kind of
"changed"), "removed", one that says true where the row counts no more, "overlap", how many seconds (or
numbers) a change may become visible late, "timeout" in seconds. The address with its password stands in the
environment variable that `url_env` names, nowhere else.
"""

import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sql
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from common.registries.connector import RegistryError
from common.registries.sql_statement import require_name, require_select

MEMBERS: Final = {
    "url_env", "table", "schema", "query", "key", "changed", "created", "removed", "overlap", "timeout",
    "kinds",
}  # fmt: skip
DRIVERS: Final = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
# What makes a session unable to write, and ends what takes too long, as each database spells it.
READ_ONLY: Final[Mapping[str, tuple[str, ...]]] = {
    "postgresql": ("SET TRANSACTION READ ONLY", "SET LOCAL statement_timeout = {milliseconds}"),
    "mysql": ("SET SESSION TRANSACTION READ ONLY", "SET SESSION max_execution_time = {milliseconds}"),
    "mariadb": ("SET SESSION TRANSACTION READ ONLY", "SET SESSION max_statement_time = {seconds}"),
    "oracle": ("SET TRANSACTION READ ONLY",),
}
CONNECT: Final[Mapping[str, Mapping[str, Any]]] = {
    "postgresql": {"connect_timeout": 5},
    "mysql": {"connect_timeout": 5},
    "mariadb": {"connect_timeout": 5},
}


class SqlSourceError(RegistryError):
    """Settings of a source that cannot be used."""

    code = "invalid_source"


class RegistryUnavailableError(RegistryError):
    """A registry's database that does not answer as declared."""

    code = "registry_unavailable"
    status = 503


@dataclass(frozen=True, slots=True)
class SqlSource:
    """A declared table or query, checked; `kinds` are the Python types of its columns, once it was read."""

    url_env: str
    key: str
    changed: str
    table: str = ""
    schema: str = ""
    query: str = ""
    created: str = ""
    removed: str = ""
    overlap: int = 60
    timeout: int = 10
    kinds: Mapping[str, str] = field(default_factory=dict)


def parse_sql_source(settings: Mapping[str, Any]) -> SqlSource:
    """The declared settings, each checked; every fault is named."""
    unknown = set(settings) - MEMBERS
    if unknown:
        raise SqlSourceError(f"A source has no {', '.join(sorted(map(str, unknown)))}.")
    names: dict[str, Any] = {
        name: require_name(settings[name], name)
        for name in ("url_env", "table", "schema", "key", "changed", "created", "removed")
        if settings.get(name)
    }
    for name in ("url_env", "key", "changed"):
        if name not in names:
            raise SqlSourceError(f"A source names its {name}.")
    query = settings.get("query", "")
    if bool(query) == ("table" in names) or not isinstance(query, str):
        raise SqlSourceError("A source has a table or a query.")
    bounds = {"overlap": (0, 86_400), "timeout": (1, 60)}
    numbers = {name: settings[name] for name in bounds if name in settings}
    for name, value in numbers.items():
        if type(value) is not int or not bounds[name][0] <= value <= bounds[name][1]:
            raise SqlSourceError(f"{name} is a number from {bounds[name][0]} to {bounds[name][1]:,}.")
    kinds = settings.get("kinds", {})
    return SqlSource(**names, query=require_select(query) if query else "", **numbers, kinds=kinds)


def source_relation(source: SqlSource, columns: Mapping[str, Any]) -> sql.FromClause:
    """What is read from: the table, or the query as a subquery."""
    named: list[Any] = [sql.column(name) for name in columns]
    if source.table:
        return sql.table(source.table, *named, schema=source.schema or None)
    # Colons are meant as they stand: a declared statement has no parameters.
    return sql.text(source.query.replace(":", "\\:")).columns(*named).subquery("source")


@contextmanager
def reading_connection(source: SqlSource) -> Iterator[Connection]:
    """A connection that reads within the declared time, and keeps nothing."""
    engine = _engine(_url(source.url_env), source.timeout)
    try:
        with engine.connect() as connection:
            for statement in READ_ONLY.get(engine.dialect.name, ()):
                text = statement.format(milliseconds=source.timeout * 1_000, seconds=source.timeout)
                connection.execute(sql.text(text))
            try:
                yield connection
            finally:
                connection.rollback()
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise RegistryUnavailableError(
            "The registry's own database does not answer as it was declared.", detail=type(error).__name__
        ) from error


def _url(name: str) -> URL:
    value = os.environ.get(name, "")
    if not value:
        raise RegistryUnavailableError(f"Set {name} to the address of the registry's database.")
    try:
        url = sql.make_url(value)
    except SQLAlchemyError as error:
        raise RegistryUnavailableError(f"{name} is no address of a database.") from error
    return url.set(drivername=DRIVERS.get(url.drivername, url.drivername))


@lru_cache(maxsize=32)
def _engine(url: URL, timeout: int) -> Engine:
    """Without a pool: a registry's database is asked now and then, and no connection to it is kept."""
    try:
        if url.get_backend_name() == "sqlite":
            return sql.create_engine("sqlite://", creator=lambda: _open(url, timeout), poolclass=NullPool)
        connect = dict(CONNECT.get(url.get_backend_name(), {}))
        return sql.create_engine(url, poolclass=NullPool, connect_args=connect, hide_parameters=True)
    except (SQLAlchemyError, ImportError) as error:
        raise RegistryUnavailableError(
            "There is no driver for this kind of database; install it.", detail=url.drivername
        ) from error


def _open(url: URL, timeout: int) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{url.database}?mode=ro", uri=True, timeout=timeout)
    connection.execute("PRAGMA query_only = ON")
    deadline = time.monotonic() + timeout
    connection.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
    return connection
