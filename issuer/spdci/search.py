"""Finding what a partner asks for: within what was agreed, minimised to it, and written down."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from common.adapters.exchange.partners import Partner
from common.registries.connector import RecordNotFoundError, RegistryRecord
from common.registries.spdci import criteria as tree
from common.registries.spdci.criteria import Node
from common.registries.spdci.mapping import fill_template
from common.registries.spdci.members import SEARCH_CRITERIA, SORT, TOO_MANY, SpdciItemError
from common.registries.spdci.search import Criteria, Found, SearchItem
from issuer.models import Basis, Registry
from issuer.record_access.log import RecordAccess, log_read
from issuer.registries.connectors import open_registry
from issuer.spdci.served_registry import PartnerAgreement, ServedRegistry, agreement_with

MAX_SCANNED: Final = 100_000  # records that one search without an identifier looks through


def answer_searches(
    served: ServedRegistry, partner: Partner, items: Sequence[SearchItem], *, request_id: str, now: datetime
) -> list[Found]:
    """The answers to a batch; each reading is logged in the same transaction."""
    agreed, answers = agreement_with(partner, served.registry), []
    with transaction.atomic():
        for item in items:
            try:
                if item.criteria is None:
                    raise item.refusal or SpdciItemError("This search cannot be read.")
                found = _search(served, agreed, item.criteria, item.reference_id)
            except SpdciItemError as refusal:
                answers.append(Found(item.reference_id, refusal=refusal))
                continue
            records, page = found
            reader = PartnerReader(partner, agreed, request_id, item.criteria.purpose)
            for record in records:
                log_partner_read(served, record, reader, now=now)
            answers.append(page)
    return answers


def agreed_query(
    served: ServedRegistry, agreed: PartnerAgreement, query: Node, *, reason: str = SEARCH_CRITERIA
) -> Node:
    """The query over columns, once all of them are agreed and its values can be compared."""
    try:
        node = tree.resolved(query, served.mapping.resolve)
    except SpdciItemError as refusal:
        raise SpdciItemError(refusal.public, reason=reason) from refusal
    for term in tree.criteria_terms(node):
        if term.attribute not in agreed.attributes:
            raise SpdciItemError("This attribute is not part of what was agreed.", reason=reason)
    tree.check_query_values(node, served.mapping.types, reason=reason)
    return node


def require_agreed_purpose(agreed: PartnerAgreement, purpose: str, *, reason: str = SEARCH_CRITERIA) -> None:
    """Raise unless the purpose is one of those agreed, where the agreement names any."""
    if agreed.purposes and purpose not in agreed.purposes:
        raise SpdciItemError("This purpose is not part of what was agreed.", reason=reason)


def matching_records(served: ServedRegistry, node: Node) -> Iterator[RegistryRecord]:
    """The records that a query means: by index where it fixes a value, else one after the other."""
    types = served.mapping.types
    for record in _candidates(served.registry, node, types):
        if tree.matches(node, record.data, types):
            yield record


@dataclass(frozen=True, slots=True)
class PartnerReader:
    """A partner who reads by an agreement, for one message (`request_id`) and for a purpose."""

    partner: Partner
    agreed: PartnerAgreement
    request_id: str
    purpose: str


def log_partner_read(
    served: ServedRegistry,
    record: RegistryRecord,
    reader: PartnerReader,
    *,
    attributes: Sequence[str] = (),
    now: datetime,
) -> None:
    """Log one reading, so that the person sees it; of all that was agreed where none are named."""
    agreed = reader.agreed
    access = RecordAccess(
        request_id=reader.request_id,
        client_id=reader.partner.sender_id,
        purpose=reader.purpose or "unspecified",
        attributes=attributes or sorted(name for name in agreed.attributes if name in record.data),
        client_name=reader.partner.name,
        basis=Basis.LAW,
        legal_basis=agreed.legal_basis,
        record_key=record.key,
    )
    log_read(served.registry, access, now=now)


def _by(column: str, kind: str) -> Callable[[RegistryRecord], Any]:
    return lambda record: tree.sort_key(record.data, column, kind)


def _search(
    served: ServedRegistry, agreed: PartnerAgreement, criteria: Criteria, reference_id: str
) -> tuple[list[RegistryRecord], Found]:
    require_agreed_purpose(agreed, criteria.purpose)
    node = agreed_query(served, agreed, criteria.query)
    order = _order(served, agreed, criteria)
    found = list(matching_records(served, node))
    for column, descending in reversed(order):
        kind = served.mapping.types[column]
        known = [r for r in found if r.data.get(column) not in (None, "")]
        unknown = [r for r in found if r.data.get(column) in (None, "")]
        known.sort(key=_by(column, kind), reverse=descending)
        found = known + unknown
    first = (criteria.page_number - 1) * criteria.page_size
    page = found[first : first + criteria.page_size]
    told = [fill_template(served.mapping, record.data, agreed.attributes) for record in page]
    return page, Found(
        reference_id,
        records=told,
        page_size=criteria.page_size,
        page_number=criteria.page_number,
        total_count=len(found),
    )


def _order(served: ServedRegistry, agreed: PartnerAgreement, criteria: Criteria) -> list[tuple[str, bool]]:
    order = []
    for name, descending in criteria.sort:
        try:
            column = served.mapping.column(name)
        except SpdciItemError as refusal:
            raise SpdciItemError(refusal.public, reason=SORT) from refusal
        if column not in agreed.attributes or served.mapping.types[column] == "image":
            raise SpdciItemError("This attribute is not part of what was agreed.", reason=SORT)
        order.append((column, descending))
    return order


def _candidates(registry: Registry, node: Node, types: Mapping[str, str]) -> Iterator[RegistryRecord]:
    reader = open_registry(registry)
    fixed = dict(tree.required_equal(node))
    if fixed.get(registry.key_column):
        try:
            yield reader.fetch(fixed[registry.key_column])
        except RecordNotFoundError:
            return
        return
    column = next(
        (c for c in sorted(fixed, key=lambda c: c not in registry.lookups) if types[c] == "string"), None
    )
    if column is not None:
        yield from reader.find(column, fixed[column])
        return
    for number, change in enumerate(reader.changes(limit=MAX_SCANNED + 1)):
        if number == MAX_SCANNED:
            raise SpdciItemError(
                "This search looks through too many records; name an identifier.", reason=TOO_MANY
            )
        if change.record is not None:
            yield change.record
