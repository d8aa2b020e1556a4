"""What this very process publishes is read where it is made, and nothing else is called."""

from typing import Any

import pytest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path

from common.adapters.network import http
from common.adapters.network.published import published
from common.errors import FetchError, MalformedInputError


@published
def document(request: HttpRequest, name: str) -> HttpResponse:
    if name == "gone":
        raise Http404
    if name == "broken":
        raise MalformedInputError("No such thing.")
    if name == "moved":
        return HttpResponseRedirect("/documents/x")
    return HttpResponse(
        f"{name} {request.headers['Accept']} {request.get_host()} {request.GET.get('q', '')}",
        content_type="application/did+json; charset=utf-8",
    )


def personal(request: HttpRequest) -> HttpResponse:
    raise AssertionError("a page that needs a session was called without one")


urlpatterns = [path("documents/<name>", document), path("wallet/", personal)]


@pytest.fixture
def own(settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Our own routes; whatever goes over the network instead is noted and fails."""
    settings.ROOT_URLCONF = __name__
    settings.BASE_URL = "http://localhost:8000"
    settings.FETCH_ORIGINS = frozenset(["http://localhost:8000"])
    asked: list[str] = []

    def carry(method: str, url: str, headers: Any, body: bytes | None) -> http.HttpReply:
        asked.append(url)
        return http.HttpReply(404, b"")

    monkeypatch.setattr(http, "transport", carry)
    return asked


def test_a_published_document_is_read_where_it_is_made(own: list[str]) -> None:
    for url in ("http://localhost:8000/documents/a%20b?q=1", "https://localhost:8000/documents/a%20b?q=1"):
        fetched = http.fetch(url, accept="application/did+json")
        assert fetched.body == b"a b application/did+json localhost:8000 1"
        assert fetched.content_type == "application/did+json"
    assert own == []


@pytest.mark.parametrize("url", ["http://localhost:8000/wallet/", "http://localhost:8000/nowhere"])
def test_a_page_that_is_not_published_is_never_called(own: list[str], url: str) -> None:
    with pytest.raises(FetchError):
        http.fetch(url)
    assert own == [url]


@pytest.mark.parametrize("name", ["gone", "broken", "moved"])
def test_what_our_own_view_refuses_is_refused(own: list[str], name: str) -> None:
    with pytest.raises(FetchError, match="not there"):
        http.fetch(f"http://localhost:8000/documents/{name}")
    assert own == []


def test_another_host_or_port_is_not_ours(own: list[str]) -> None:
    with pytest.raises(FetchError):
        http.fetch("https://localhost:8001/documents/x")
    assert own == ["https://localhost:8001/documents/x"]
