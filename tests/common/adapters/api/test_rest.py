"""One parser and one error renderer for every JSON endpoint."""

from typing import Any

import pytest
from django.test import Client
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.adapters.limits.rate_limit import TooManyRequestsError
from common.errors import MalformedInputError


class Echo(APIView):
    def get(self, request: Request, fault: str) -> Response:
        if fault == "own":
            raise MalformedInputError("This is not a proof.", code="invalid_proof", detail="nonce of Ana's")
        if fault == "limit":
            raise TooManyRequestsError("Wait a minute.")
        raise RuntimeError("nobody's fault")

    def post(self, request: Request, fault: str) -> Response:
        return Response({"got": request.data})


urlpatterns = [path("echo/<fault>", Echo.as_view())]
pytestmark = pytest.mark.urls(__name__)


def post(body: bytes, content_type: str = "application/json") -> Any:
    return Client().post("/echo/x", data=body, content_type=content_type)


def test_json_comes_in() -> None:
    assert post(b'{"a": [1, 2.5]}').json() == {"got": {"a": [1, 2.5]}}


def test_no_body_is_an_empty_one() -> None:
    assert post(b"").json() == {"got": {}}


@pytest.mark.parametrize(
    "body",
    [b"{", b"{'a': 1}", b'{"a": 1, "a": 2}', b'{"a": NaN}', b'{"a": 9007199254740993}', b"\xff\xfe",
     b"[" * 100_000, b'{"a": "' + b"x" * 1_000_001 + b'"}', b'{"a": 1} trailing'],
    ids=["cut", "quotes", "twice", "nan", "2^53+1", "not utf-8", "deep", "large", "trailing"],
)  # fmt: skip
def test_what_is_not_json_is_400_with_a_code(body: bytes) -> None:
    answer = post(body)
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_request"
    assert answer.json()["error_description"]


def test_another_content_type_is_415_in_the_same_shape() -> None:
    answer = post(b"a=1", "application/x-www-form-urlencoded")
    assert (answer.status_code, answer.json()["error"]) == (415, "invalid_request")


def test_an_error_says_its_code_and_sentence_and_keeps_its_detail() -> None:
    answer = Client().get("/echo/own")
    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_proof", "error_description": "This is not a proof."}
    assert answer.headers["Cache-Control"] == "no-store"


def test_headers_of_an_error_are_sent() -> None:
    answer = Client().get("/echo/limit")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")


def test_a_method_that_is_not_offered_is_405() -> None:
    answer = Client().delete("/echo/x")
    assert (answer.status_code, answer.json()["error"]) == (405, "invalid_request")


def test_a_fault_of_ours_is_no_answer_of_the_family() -> None:
    answer = Client(raise_request_exception=False).get("/echo/fault")
    assert answer.status_code == 500
    assert b"nobody" not in answer.content
