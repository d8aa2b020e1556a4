"""The first page, the page for developers, the pages of last resort, and the operator's probes."""

import logging
import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client, RequestFactory
from django.urls import path

from common.adapters.limits.rate_limit import TooManyRequestsError
from common.config.urls import urlpatterns as site
from common.errors import FetchError
from common.site.middleware import POLICY, in_words


def fault(request: HttpRequest, kind: str) -> HttpResponse:
    match kind:
        case "own":
            raise FetchError("The registry <does> not answer.", detail="secret.example")
        case "limit":
            raise TooManyRequestsError("Too many requests.")
        case "denied":
            raise PermissionDenied
        case "suspicious":
            raise SuspiciousOperation("odd")
        case "cached":
            return HttpResponse("<p>", headers={"Cache-Control": "max-age=60"})
        case "form":
            return render(request, "site/home.html")
    raise RuntimeError("Ana Quispe, born 1911")


urlpatterns = [path("fault/<kind>", fault), *site]
pytestmark = pytest.mark.urls(__name__)


def page(url: str, **headers: str) -> Any:
    return Client(raise_request_exception=False).get(url, headers=headers)


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "django.request")


@pytest.mark.parametrize(
    ("role", "url", "words"),
    [("wallet", "/wallet/", "I am a citizen"), ("verifier", "/services/", "I provide a service"),
     ("issuer", "/office/", "I keep a registry")],
)  # fmt: skip
def test_the_first_page_has_a_door_for_each_role_installed(
    role: str, url: str, words: str, settings: Any
) -> None:
    settings.ROLES = ("issuer", "wallet", "verifier")
    text = page("/").content.decode()
    assert f'href="{url}">{words}</a>' in text
    settings.ROLES = tuple(other for other in settings.ROLES if other != role)
    text = page("/").content.decode()
    assert url not in text
    assert words not in text


def test_a_demonstration_says_that_its_people_are_invented(settings: Any) -> None:
    settings.PRODUCTION = False
    assert b"records here are invented" in page("/").content
    settings.PRODUCTION = True
    assert b"invented" not in page("/").content


def test_the_page_for_developers_speaks_of_the_roles_installed(settings: Any) -> None:
    settings.ROLES = ("wallet",)
    text = page("/api/docs/").content.decode()
    assert "/api/schema/" in text
    assert "/wallet/accept" in text
    assert "openid-credential-issuer" not in text


@pytest.mark.parametrize(
    "url", ["/", "/api/docs/", "/nothing-here", "/fault/own", "/fault/other", "/healthz"]
)
def test_every_answer_carries_the_policy(url: str) -> None:
    answer = page(url)
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_pages_are_not_kept_unless_their_view_says_so() -> None:
    assert page("/").headers["Cache-Control"] == "no-store"
    assert page("/fault/cached").headers["Cache-Control"] == "max-age=60"
    assert "Cache-Control" not in page("/healthz").headers


@pytest.mark.parametrize(
    ("url", "status", "words"),
    [("/nothing-here", 404, "Page not found"), ("/fault/denied", 403, "This page is not for you"),
     ("/fault/suspicious", 400, "was not understood"), ("/fault/other", 500, "broke on our side")],
)  # fmt: skip
def test_pages_of_last_resort_say_what_to_do(url: str, status: int, words: str) -> None:
    answer = page(url)
    text = answer.content.decode()
    assert answer.status_code == status
    assert words in text
    assert 'href="/"' in text
    assert "Quispe" not in text


def test_an_expired_form_says_so() -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/fault/form")
    assert answer.status_code == 403
    assert "open too long" in answer.content.decode()


def test_an_error_of_the_family_becomes_a_page(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "sello.site")
    answer = page("/fault/own", Accept="text/html,application/xhtml+xml,*/*;q=0.8")
    text = answer.content.decode()
    assert answer.status_code == 502
    assert "The registry &lt;does&gt; not answer." in text
    assert "server_error" not in text
    number = re.search(r"<strong>([0-9A-F]{6})</strong>", text)
    assert number
    assert (
        f"{number[1]} server_error FetchError: The registry <does> not answer. (secret.example)"
        in caplog.text
    )
    assert "secret.example" not in text
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("said", ["A query for dc+sd-jwt has vct_values in its meta.", "The JWT has no aud."])
def test_a_sentence_for_machines_is_not_said_to_people(
    said: str, rf: RequestFactory, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "sello.site")
    page = in_words(rf.get("/wallet/authorize", headers={"Accept": "text/html"}), FetchError(said))
    assert said not in page.content.decode()
    assert "ask there for a new link" in page.content.decode()
    assert said in caplog.text
    for place, accept in (("/office/", "text/html"), ("/wallet/authorize", "application/json")):
        assert said in in_words(rf.get(place, headers={"Accept": accept}), FetchError(said)).content.decode()


def test_an_error_of_the_family_is_json_where_json_was_asked_for() -> None:
    answer = page("/fault/limit", Accept="application/json")
    assert answer.status_code == 429
    assert answer.json() == {"error": "slow_down", "error_description": "Too many requests."}
    assert answer.headers["Retry-After"] == "60"


@pytest.mark.django_db
def test_guesses_at_the_operators_password_are_counted(settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "sign-in": 3}
    guess = {"username": "root", "password": "guess"}
    answers = [Client().post("/admin/login/", guess).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]
    assert Client().get("/admin/").headers["Location"].startswith("/admin/login/")


def test_the_process_answers() -> None:
    assert page("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_the_database_answers() -> None:
    assert page("/readyz").json()["status"] == "ok"


def test_a_database_that_is_away_is_503(monkeypatch: pytest.MonkeyPatch) -> None:
    def cursor() -> Any:
        raise OperationalError("could not connect to db.internal:5432")

    monkeypatch.setattr(connection, "cursor", cursor)
    answer = page("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable", "away": "database"})


@pytest.mark.parametrize(
    ("production", "token", "header", "status"),
    [(False, "", "", 200), (True, "", "", 404), (True, "", "Bearer ", 404), (True, "t0ken", "", 401),
     (True, "t0ken", "Bearer other", 401), (True, "t0ken", "t0ken", 401),
     (True, "t0ken", "Bearer t0ken", 200), (False, "t0ken", "", 401)],
)  # fmt: skip
def test_gauges_are_for_whoever_bears_the_token(
    production: bool, token: str, header: str, status: int, settings: Any
) -> None:
    settings.PRODUCTION, settings.METRICS_TOKEN = production, token
    answer = page("/metrics", Authorization=header)
    assert answer.status_code == status
    assert (b"sello_up 1" in answer.content) == (status == 200)


@pytest.mark.parametrize("length", ["25000001", "9" * 40, "1e3"])
@pytest.mark.parametrize("url", ["/fault/form", "/healthz", "/nothing-here"])
def test_a_body_too_large_is_turned_away_unread(length: str, url: str) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.generic("POST", url, b"a", content_type="multipart/form-data; boundary=x",
                            CONTENT_LENGTH=length, HTTP_ACCEPT="text/html")  # fmt: skip
    assert answer.status_code == 413
    assert "At most 25 MB" in answer.content.decode()
    assert answer.headers["Content-Security-Policy"] == POLICY


def test_a_body_of_the_largest_size_is_read() -> None:
    assert Client().generic("POST", "/fault/form", b"a", CONTENT_LENGTH="25000000").status_code == 200


@pytest.mark.parametrize(
    "url", ["/%00", "/fault/a%00b", "/services/sessions/%00", "/office/registries/x/records/%00"]
)
def test_an_address_with_a_nul_is_nowhere(url: str) -> None:
    answer = page(url)
    assert answer.status_code == 404
    assert "There is no such page." in answer.content.decode()
