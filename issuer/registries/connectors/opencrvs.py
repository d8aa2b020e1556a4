"""The registry of births or deaths of an OpenCRVS, read over its events API and never written."""

import logging
import os
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import groupby, islice
from typing import Any, Final
from urllib.parse import urlencode

from common.adapters.network import http
from common.encoding import jcs, strict_json
from common.errors import MalformedInputError
from common.registries.columns.profile import describe_columns
from common.registries.connector import (
    START,
    RecordChange,
    RecordNotFoundError,
    RegistryReader,
    RegistryRecord,
)
from common.registries.opencrvs import search
from common.registries.opencrvs.search import PARTED, OpenCrvsResponseError
from issuer import models
from issuer.registries.connectors.base import ConnectedSource, Connector, SourceDeclaration

log = logging.getLogger("sello.opencrvs")
LAST: Final = "\U0010ffff"
PROBED: Final = 200  # records from which the types of columns are told
SETTLED: Final = timedelta(days=2)  # after which nothing comes late


class OpenCrvsRegistry:
    """The `RegistryReader` of one kind of event of an OpenCRVS.

    A cursor is the moment of a change and the registration number.
    """

    tells_removals = True

    def __init__(self, registry: models.Registry) -> None:
        self.title = registry.title
        self.source = search.parse_opencrvs_source(registry.source)
        self._token = ""

    def fetch(self, key: str) -> RegistryRecord:
        """The record under a registration number."""
        for found in self._records(search.by_number(self.source, key)):
            if found.key == key:
                return found
        raise RecordNotFoundError(f"{self.title} holds no record under this key.")

    def find(self, column: str, value: str) -> Iterator[RegistryRecord]:
        """The records whose column says exactly this."""
        asked = (
            search.by_number(self.source, value)
            if column == search.KEY
            else search.by_column(self.source, column, value)
        )
        return (found for found in self._records(asked) if found.data.get(column) == value)

    def changes(self, since: str = START, *, limit: int | None = None) -> Iterator[RecordChange]:
        """What changed after `since`; events of one moment in the order of their numbers."""
        return islice((change for change in self._ordered(since) if change.cursor > since), limit)

    def head(self) -> str:
        """The cursor after the last change."""
        for event in search.results(self._ask(search.latest(self.source))):
            return f"{search.changed_at(event)}{PARTED}{LAST}"
        return START

    def rewind(self, cursor: str, *, now: datetime) -> str:
        """Back by the declared overlap: an event is found a moment after it was written."""
        moment, parted, _ = cursor.partition(PARTED)
        if not parted or now - datetime.fromisoformat(moment) > SETTLED:
            return cursor
        return f"{search.earlier(moment, seconds=self.source.overlap)}{PARTED}"

    def passed(self, column: str, *, after: date | None, until: date) -> Iterator[RecordChange]:
        """The records whose day has come."""
        first = (after + timedelta(days=1) if after else date.min).isoformat()
        asked = search.by_day(self.source, column, first=first, last=until.isoformat())
        yield from self._changes(asked)

    def _ordered(self, since: str) -> Iterator[RecordChange]:
        """Changes from the moment of `since` on, those of one moment sorted by their numbers."""
        for _, alike in groupby(self._listed(since.partition(PARTED)[0]), key=lambda one: one.version):
            yield from sorted(alike, key=lambda one: one.cursor)

    def _listed(self, moment: str) -> Iterator[RecordChange]:
        """Page by page: each asks from the last moment on, and passes over what was seen at it."""
        offset, before = 0, list[Mapping[str, Any]]()
        while True:
            page, over = self._page(search.since(self.source, moment, offset=offset), before)
            yield from self._read(page)
            if over:
                return
            said = [search.changed_at(event) for event in page]
            last = max(said) or moment
            if last == moment:
                offset, before = offset + len(page), page
            else:
                moment, offset, before = last, said.count(last), []

    def _changes(self, asked: dict[str, Any]) -> Iterator[RecordChange]:
        before = list[Mapping[str, Any]]()
        while True:
            page, over = self._page(asked, before)
            yield from self._read(page)
            if over:
                return
            asked, before = {**asked, "offset": asked["offset"] + len(page)}, page

    def _page(
        self, asked: Mapping[str, Any], before: list[Mapping[str, Any]]
    ) -> tuple[list[Mapping[str, Any]], bool]:
        """A page, and whether it is the last one: OpenCRVS may give fewer at once than it is asked for."""
        answer = self._ask(asked)
        page = search.results(answer)
        if page == before:  # it gives the same again, wherever it is asked to begin
            return [], True
        return page, not page or search.total(answer) == asked["offset"] + len(page)

    def _read(self, page: list[Mapping[str, Any]]) -> Iterator[RecordChange]:
        """What became of the records of a page; an event that cannot be read spoils itself alone."""
        for event in page:
            try:
                change = search.change(self.source, event)
            except OpenCrvsResponseError as error:
                log.warning("an event of %s is passed over: %s", self.title, error.public)
            else:
                if change is not None:
                    yield change

    def _records(self, asked: dict[str, Any]) -> Iterator[RegistryRecord]:
        return (change.record for change in self._changes(asked) if change.record is not None)

    def _ask(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        headers["Authorization"] = f"Bearer {self._token or self._sign_in()}"
        return _answer(
            http.request("POST", self.source.search_url, headers=headers, body=jcs.canonicalize(body))
        )

    def _sign_in(self) -> str:
        """A token of OpenCRVS's auth service, which takes what it asks for in the address; for minutes."""
        secret = os.environ.get(self.source.secret_env, "")
        if not secret:
            raise OpenCrvsResponseError(f"Set {self.source.secret_env} to the client's secret at OpenCRVS.")
        query = {
            "client_id": self.source.client_id,
            "client_secret": secret,
            "grant_type": "client_credentials",
        }
        answer = _answer(http.request("POST", f"{self.source.token_url}?{urlencode(query)}", body=b""))
        token = answer.get("access_token")
        if not isinstance(token, str) or not token:
            raise OpenCrvsResponseError("OpenCRVS did not sign us in.")
        self._token = token
        return token


def _answer(reply: http.HttpReply) -> dict[str, Any]:
    if reply.status != 200:
        raise OpenCrvsResponseError("OpenCRVS does not answer.", detail=str(reply.status))
    try:
        return strict_json.loads_object(reply.body)
    except MalformedInputError as error:
        raise OpenCrvsResponseError("OpenCRVS's answer could not be read.") from error


class OpenCrvsConnector(Connector):
    """One kind of event of an OpenCRVS, searched when asked and never written."""

    def connect(self, declaration: SourceDeclaration) -> ConnectedSource:
        """The declared columns, their types told from the first records."""
        source = dict(declaration.source)
        declared = search.parse_opencrvs_source(source)
        first = islice(self.open(models.Registry(title=declaration.title, source=source)).changes(), PROBED)
        said = [change.record.data for change in first if change.record is not None]
        names = [search.KEY, *declared.columns]
        columns = [
            describe_columns(name, [str(d[name]) for d in said if name in d]).described() for name in names
        ]
        return ConnectedSource(search.KEY, columns, source)

    def open(self, registry: models.Registry) -> RegistryReader:
        """The events of that kind."""
        return OpenCrvsRegistry(registry)


CONNECTOR: Final = OpenCrvsConnector()
