"""A registry that lies elsewhere and answers by SPDCI: searched when asked, followed by what it notifies."""

import hashlib
import uuid
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import chain, islice
from typing import Any, Final

from django.utils import timezone

from common.adapters.exchange import messages, outgoing
from common.encoding import jcs
from common.exchange.header import Header
from common.registries.connector import START, RecordChange, RecordNotFoundError, RegistryRecord
from common.registries.spdci.mapping import paths, read_object
from common.registries.spdci.search import create_search, parse_search_response
from issuer import models
from issuer.registries.connectors.spdci.mapping import NAMESPACE, registry_party
from issuer.registries.connectors.spdci.remote import RemoteRegistry, all_records, remote_registry

LAST: Final = "\U0010ffff"


class SpdciRegistry:
    """The `RegistryReader` of a partner's registry.

    A cursor is a revision and a key, as of embedded registries: revision 0 is the listing of all records,
    each later one a notification. A record that was announced is fetched when it is followed.
    """

    tells_removals = True

    def __init__(self, registry: models.Registry) -> None:
        self.registry = registry
        self.there: RemoteRegistry = remote_registry(registry)

    def fetch(self, key: str) -> RegistryRecord:
        """The record under `key`."""
        for record in self._pages("idtype-value", {"type": self.there.key_identifier, "value": key}):
            if record.key == key:
                return record
        raise RecordNotFoundError(f"{self.registry.title} holds no record under this key.")

    def find(self, column: str, value: str) -> Iterator[RegistryRecord]:
        """The records whose column says exactly this, by its identifier type or its place in the object."""
        mapping = self.there.mapping
        kind = next((name for name, known in mapping.identifiers.items() if known == column), None)
        if kind is not None:
            yield from self._pages("idtype-value", {"type": kind, "value": value})
        else:
            asked = mapping.values.get(column, {}).get(value, value)
            expression = {"attribute_name": self._name(column), "operator": "eq", "attribute_value": asked}
            yield from self._pages("predicate", [{"seq_num": 1, "expression1": expression}])

    def changes(self, since: str = START, *, limit: int | None = None) -> Iterator[RecordChange]:
        """All records first, then those that were announced to have changed."""
        number, _, key = since.partition(" ")
        revision = int(number or 0)
        listing = self._listed(after=key) if revision == 0 and key != LAST else iter(())
        return islice(chain(listing, self._announced(revision, key)), limit)

    def head(self) -> str:
        """The cursor after the last notification."""
        current = models.Registry.objects.values_list("revision", flat=True).get(pk=self.registry.pk)
        return _cursor(current, LAST)

    def rewind(self, cursor: str, *, now: datetime) -> str:
        """Announcements are kept in their order, by a revision that is counted here: nothing comes late."""
        return cursor

    def passed(self, column: str, *, after: date | None, until: date) -> Iterator[RecordChange]:
        """The records whose day has come, asked for by a predicate."""
        name = self._name(column)
        last = {"attribute_name": name, "operator": "le", "attribute_value": until.isoformat()}
        query: dict[str, Any] = {"seq_num": 1, "expression1": last}
        if after is not None:
            first = {"attribute_name": name, "operator": "gt", "attribute_value": after.isoformat()}
            query |= {"condition": "and", "expression2": first}
        for record in self._pages("predicate", [query]):
            yield _changed(record, _cursor(0, record.key))

    def _listed(self, *, after: str) -> Iterator[RecordChange]:
        """Page by page in the order of keys: each page asks for what comes after the last key seen."""
        while True:
            page, given, total = self._page(
                "predicate", all_records(self.there.key_identifier, after=after), 1
            )
            for record in page:
                yield _changed(record, _cursor(0, record.key))
            if not page or given == total or page[-1].key <= after:
                return
            after = page[-1].key

    def _announced(self, revision: int, key: str) -> Iterator[RecordChange]:
        rows = models.Announcement.objects.filter(registry=self.registry, revision__gte=max(revision, 1))
        for row in rows.order_by("revision", "key").iterator(chunk_size=500):
            if row.revision == revision and row.key <= key:
                continue
            cursor = _cursor(row.revision, row.key)
            try:
                yield _changed(self.fetch(row.key), cursor) if not row.gone else _gone(row.key, cursor)
            except RecordNotFoundError:
                yield _gone(row.key, cursor)

    def _name(self, column: str) -> str:
        """How a column is called there: where it stands in the data object, else by its own name."""
        mapping = self.there.mapping
        named = {c: name for name, c in (*mapping.names.items(), *mapping.identifiers.items())}
        return named.get(column) or {c: name for name, c in paths(mapping.template)}.get(column, column)

    def _pages(self, query_type: str, query: Any) -> Iterator[RegistryRecord]:
        """Page after page, until there are as many as it said, or no more: a partner may cap its pages."""
        number, seen, before = 1, 0, list[str]()
        while True:
            page, given, total = self._page(query_type, query, number)
            keys = [record.key for record in page]
            if not given or (keys and keys == before):  # the same page again: it knows only one
                return
            yield from page
            number, seen, before = number + 1, seen + given, keys
            if seen == total:
                return

    def _page(self, query_type: str, query: Any, number: int) -> tuple[list[RegistryRecord], int, int | None]:
        """One page of a search, in the order of keys: its records, how many it held, and how many there are.

        Where nobody says how many there are, or says less than came, that is None.
        """
        there, now, reference = self.there, timezone.now(), str(uuid.uuid4())
        message = create_search(
            str(uuid.uuid4()),
            reference,
            query_type=query_type,
            query=query,
            reg_type=there.mapping.reg_type,
            page_size=there.page_size,
            page_number=number,
            sort=[(there.key_identifier, "asc")],
            purpose=there.purpose,
            now=now,
        )
        answer = outgoing.request_partner(
            there.partner,
            NAMESPACE,
            Header(messages.new_message_id(), "search"),
            message,
            party=registry_party(self.registry),
            url=f"{there.partner.address.rstrip('/')}/registry/sync/search",
            answer=("on-search", "search"),  # others name the question
            now=now,
        )
        items, total = parse_search_response(answer.message, reference)
        records = [found for item in items if (found := self._record(item)) is not None]
        return records, len(items), total

    def _record(self, item: Mapping[str, Any]) -> RegistryRecord | None:
        """A data object as a record; one without a key is left out."""
        data = read_object(self.there.mapping, item)
        key = data.get(self.registry.key_column)
        return RegistryRecord(str(key), data) if key not in (None, "") else None


def _changed(record: RegistryRecord, cursor: str) -> RecordChange:
    version = hashlib.sha256(jcs.canonicalize(dict(record.data))).hexdigest()
    return RecordChange(record.key, record, cursor, version)


def _gone(key: str, cursor: str) -> RecordChange:
    return RecordChange(key, None, cursor, f"gone {cursor[:15]}")


def _cursor(revision: int, key: str) -> str:
    return f"{revision:015} {key}"
