"""Yes-or-no questions: `DisabledRequest` of the disability text, `EnrolledRequest` of the beneficiary one.

`get-disability-details` and `get-disability-support` are asked in the same form.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from common.exchange.envelope import timestamp
from common.exchange.header import SUCCEEDED
from common.registries.spdci import members
from common.registries.spdci.criteria import Node, parse_conditions, parse_criteria
from common.registries.spdci.members import SpdciItemError
from common.registries.spdci.search import refused


def parse_question(message: Mapping[str, Any], name: str) -> tuple[str, Node | SpdciItemError, str]:
    """The transaction, whom `disabled_criteria` (or its like) means or why it is refused, and the purpose."""
    transaction_id = members.parse_identifier(message, "transaction_id")
    try:
        criteria = members.criteria(message, name)
        query_type, query = criteria.get("query_type"), criteria.get("query")
        if query_type == "idtype-value" and isinstance(query, Mapping) and "type" in query:
            return transaction_id, parse_criteria(query_type, query), members.purpose(criteria)
        return transaction_id, parse_conditions(query), members.purpose(criteria)
    except SpdciItemError as refusal:
        return transaction_id, refusal, ""


def create_question_answer(
    name: str,
    transaction_id: str,
    correlation_id: str,
    *,
    reference_id: str,
    answer: bool | SpdciItemError,
    now: datetime,
) -> dict[str, Any]:
    """`disabled_response` or `enrolled_response`; who is refused is told `no`, and why."""
    entry = {"reference_id": reference_id, "timestamp": timestamp(now)}
    if isinstance(answer, SpdciItemError):
        entry |= {**refused(answer), f"{name}_status": "no"}
    else:
        entry |= {"status": SUCCEEDED, f"{name}_status": "yes" if answer else "no"}
    return {
        "transaction_id": transaction_id,
        "correlation_id": correlation_id,
        f"{name}_response": [entry],
    }
