"""The operator's log says why something was refused, by default, and holds no claim."""

import logging
from typing import Any

import pytest
from django.test import RequestFactory
from rest_framework.request import Request
from rest_framework.views import APIView

from common.adapters.api.rest import render_error
from common.adapters.api.vc_api import VcApiView
from common.adapters.error_log import MAX_LENGTH, log_error
from common.adapters.exchange.endpoints import ExchangeView
from common.config import environment
from common.errors import FetchError, MalformedInputError, SelloError
from common.exchange.errors import ExchangeError
from common.site.middleware import in_words

REFUSED = MalformedInputError("This is not a proof.", code="invalid_proof", detail="nonce of another")


def as_page(error: SelloError) -> Any:
    return in_words(RequestFactory().get("/wallet/", headers={"Accept": "text/html"}), error)


def as_json_page(error: SelloError) -> Any:
    return in_words(RequestFactory().get("/wallet/", headers={"Accept": "application/json"}), error)


def as_json(error: SelloError) -> Any:
    return render_error(error, {})


def as_problem(error: SelloError) -> Any:
    return VcApiView().handle_exception(error)


def as_exchange_error(error: SelloError) -> Any:
    view: APIView = ExchangeView()
    view.request = Request(RequestFactory().post("/"))
    return view.handle_exception(ExchangeError(error.public, detail=error.detail))


def test_the_default_level_shows_warnings() -> None:
    assert environment.log_level({}) == "WARNING"
    assert logging.getLogger("sello.api").getEffectiveLevel() <= logging.WARNING


@pytest.mark.parametrize("leaves", [as_page, as_json_page, as_json, as_problem, as_exchange_error])
def test_every_way_out_says_why_in_the_log_and_not_to_the_caller(
    leaves: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(environment.log_level({}))
    answer = leaves(REFUSED)
    assert [record.levelname for record in caplog.records if record.name.startswith("sello.")] == ["WARNING"]
    assert "This is not a proof. (nonce of another)" in caplog.text
    body = getattr(answer, "data", None) or answer.content.decode()
    assert "nonce of another" not in str(body)


@pytest.mark.parametrize(
    ("error", "level"),
    [
        (REFUSED, logging.WARNING),
        (FetchError("Nobody answers."), logging.ERROR),
        (SelloError("?", status=503), 40),
    ],
)
def test_levels_tell_the_callers_errors_from_the_sites(
    error: SelloError, level: int, caplog: pytest.LogCaptureFixture
) -> None:
    log_error(logging.getLogger("sello.test"), error)
    assert [record.levelno for record in caplog.records] == [level]


def test_what_strangers_sent_makes_no_line_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    log_error(logging.getLogger("sello.test"), SelloError("No.", detail="a\nERROR forged " + "b" * 2000))
    [record] = caplog.records
    assert "\n" not in record.getMessage()
    assert len(record.getMessage()) < MAX_LENGTH + 50
