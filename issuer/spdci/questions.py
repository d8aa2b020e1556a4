"""Answers to questions about one person: yes or no, or the details that a text has an endpoint for."""

from datetime import datetime
from typing import Any, Final

from django.db import transaction

from common.adapters.exchange.partners import Partner
from common.registries.connector import RegistryRecord
from common.registries.spdci.mapping import fill_template
from common.registries.spdci.members import TOO_MANY, SpdciItemError
from common.registries.spdci.questions import parse_question
from common.registries.spdci.search import Found
from issuer.spdci import search
from issuer.spdci.served_registry import ServedRegistry, agreement_with

MAX_MEANT: Final = 20  # records under one person's identifier


def decide_question(
    served: ServedRegistry,
    partner: Partner,
    name: str,
    message: dict[str, Any],
    *,
    request_id: str,
    now: datetime,
) -> tuple[str, bool | SpdciItemError]:
    """The transaction, and whether a person is `disabled`, or `enrolled`: whether a record says so."""
    transaction_id, query, purpose = parse_question(message, f"{name}_criteria")
    agreed = agreement_with(partner, served.registry)
    required = served.mapping.questions.get(name)
    try:
        if isinstance(query, SpdciItemError):
            raise query
        if required is None or name not in agreed.attributes:
            raise SpdciItemError("This question is not part of what was agreed.")
        search.require_agreed_purpose(agreed, purpose)
        meant = _meant(served, search.agreed_query(served, agreed, query))
    except SpdciItemError as refusal:
        return transaction_id, refusal
    reader = search.PartnerReader(partner, agreed, request_id, purpose)
    with transaction.atomic():
        for record in meant:
            search.log_partner_read(served, record, reader, attributes=[name], now=now)
    said = (
        all(str(record.data.get(column, "")) in values for column, values in required.items())
        for record in meant
    )
    return transaction_id, any(said)


def question_details(
    served: ServedRegistry,
    partner: Partner,
    name: str,
    message: dict[str, Any],
    *,
    request_id: str,
    now: datetime,
) -> tuple[str, Found]:
    """The transaction, and what one person's records say by the template called `name`."""
    transaction_id, query, purpose = parse_question(message, "disabled_criteria")
    agreed = agreement_with(partner, served.registry)
    template = served.mapping.details.get(name)
    try:
        if isinstance(query, SpdciItemError):
            raise query
        if template is None:
            raise SpdciItemError("This registry knows nothing of that.")
        search.require_agreed_purpose(agreed, purpose)
        meant = _meant(served, search.agreed_query(served, agreed, query))
    except SpdciItemError as refusal:
        return transaction_id, Found(transaction_id, refusal=refusal)
    reader = search.PartnerReader(partner, agreed, request_id, purpose)
    with transaction.atomic():
        for record in meant:
            search.log_partner_read(served, record, reader, now=now)
    told = [fill_template(served.mapping, r.data, agreed.attributes, template=template) for r in meant]
    known = [item for item in told if item]
    return transaction_id, Found(
        transaction_id, records=known, page_size=MAX_MEANT, page_number=1, total_count=len(known)
    )


def _meant(served: ServedRegistry, node: Any) -> list[RegistryRecord]:
    found: list[RegistryRecord] = []
    for record in search.matching_records(served, node):
        found.append(record)
        if len(found) > MAX_MEANT:
            raise SpdciItemError("This question means more than one person.", reason=TOO_MANY)
    return found
