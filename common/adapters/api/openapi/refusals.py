"""What endpoints answer when they refuse: one body each of OAuth, VC-API, SPDCI and G2P Connect.

The codes are those of the error classes themselves, so that a description names no code that nobody raises.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final

from common.adapters.api.openapi.json_schema import (
    BOOLEAN,
    TEXT,
    WHOLE,
    Component,
    array_of,
    explained,
    object_of,
    one_of,
)
from common.adapters.api.openapi.operation import JSON, ResponseObject
from common.adapters.limits.rate_limit import TooManyRequestsError
from common.errors import SelloError
from common.exchange.errors import STATUSES
from common.vcdm.problems import TYPES, problem

PROBLEM_JSON: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """An error code (RFC 6749 §5.2) with its status and what it means."""

    code: str
    status: int
    meaning: str


def refusal_of(error: type[SelloError]) -> ErrorCode:
    """The refusal that an error class is, in the first sentence of its docstring."""
    sentence = (error.__doc__ or "").strip().partition("\n")[0]
    return ErrorCode(error.code, error.status, sentence)


PROBLEMS: Final = "\n".join(f"- `{type_}`" for type_ in (*TYPES.values(), "about:blank"))
OAUTH_ERROR: Final = Component(
    "OAuthError",
    object_of(
        {
            "error": explained(TEXT, "The specification's error code."),
            "error_description": explained(TEXT, "A sentence for people; ASCII."),
        }
    ),
)
NOT_FOUND: Final = Component("NotFound", object_of({"detail": TEXT}))
PROBLEM: Final = Component(
    "ProblemDetails",
    object_of(
        {
            "type": explained(TEXT, "The problem's address, or about:blank (RFC 9457 §3.1.1)."),
            "title": TEXT,
            "status": WHOLE,
            "detail": TEXT,
        }
    ),
)
ISSUING_PROBLEM: Final = Component(
    "IssuingProblem", {"allOf": [PROBLEM, object_of({"problemDetails": array_of(PROBLEM)})]}
)
VERIFYING_PROBLEM: Final = Component(
    "VerifyingProblem",
    {"allOf": [PROBLEM, object_of({"problemDetails": array_of(PROBLEM), "verified": BOOLEAN})]},
)
EXCHANGE_ERROR: Final = Component(
    "HttpErrorResponse", object_of({"errors": array_of(object_of({"code": TEXT, "message": TEXT}))})
)
NO_SUCH_ADDRESS: Final = ResponseObject(404, "There is nothing at this address.", {JSON: NOT_FOUND})
WRONG_MEDIA_TYPE: Final = ErrorCode("invalid_request", 415, "The body is of another media type.")
TOO_MANY: Final = refusal_of(TooManyRequestsError)
MALFORMED: Final = ErrorCode(
    "invalid_request", 400, "A part of the request is not of the shape that it claims."
)


def oauth_refusals(*refusals: type[SelloError] | ErrorCode) -> tuple[ResponseObject, ...]:
    """Answers with `error` and `error_description`, one a status, an example for each code."""
    return tuple(
        ResponseObject(
            status,
            _meanings(found),
            {JSON: OAUTH_ERROR},
            {each.code: {"error": each.code, "error_description": each.meaning} for each in found},
        )
        for status, found in _by_status(refusals).items()
    )


def problem_refusals(
    component: Component, statuses: Sequence[int], *, extra: Mapping[str, Any]
) -> tuple[ResponseObject, ...]:
    """Answers with problem details (RFC 9457), the codes of the specifications at 400."""
    return tuple(
        ResponseObject(
            status,
            HTTPStatus(status).phrase
            + ("" if status != 400 else ": " + ", ".join(f"`{type_}`" for type_ in TYPES.values())),
            {PROBLEM_JSON: component},
            _problem_examples(status, TYPES if status == 400 else (), extra),
        )
        for status in statuses
    )


def exchange_refusals(*statuses: int) -> tuple[ResponseObject, ...]:
    """`HttpErrorResponse` of SPDCI and G2P Connect 1.0.0, with the codes that leave with each status."""
    return tuple(
        ResponseObject(
            status,
            HTTPStatus(status).phrase,
            {JSON: EXCHANGE_ERROR},
            {
                code: {"errors": [{"code": code, "message": HTTPStatus(status).phrase}]}
                for code, its_status in STATUSES.items()
                if its_status == (400 if status == 415 else status)
            },
        )
        for status in statuses
    )


def refusals_at(
    status: int, answers: Sequence[ResponseObject], other: ResponseObject
) -> tuple[ResponseObject, ...]:
    """The answers, of which the one with `status` may have the body of `other` too."""
    return tuple(
        each
        if each.status != status
        else replace(
            each,
            description=f"{each.description}\n- {other.description}",
            contents={
                kind: one_of(part, other.contents[kind]) if kind in other.contents else part
                for kind, part in each.contents.items()
            },
        )
        for each in answers
    )


def _by_status(refusals: Iterable[type[SelloError] | ErrorCode]) -> dict[int, list[ErrorCode]]:
    found: dict[int, list[ErrorCode]] = defaultdict(list)
    for each in refusals:
        refusal = each if isinstance(each, ErrorCode) else refusal_of(each)
        found[refusal.status].append(refusal)
    return dict(sorted(found.items()))


def _meanings(refusals: Iterable[ErrorCode]) -> str:
    return "\n".join(f"- `{each.code}`: {each.meaning}" for each in refusals)


def _problem_examples(status: int, codes: Iterable[str], extra: Mapping[str, Any]) -> dict[str, Any]:
    """One for each code, and one for what no specification has a code for (`about:blank`)."""
    errors = [SelloError("What is wrong, in a sentence.", code=code) for code in (*codes, "other")]
    found = {error.code: problem(error, status=status) for error in errors}
    return {code: {**said, **extra, "problemDetails": [said]} for code, said in found.items()}
