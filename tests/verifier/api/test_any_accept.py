"""Endpoints of protocols answer whatever a client's `Accept` names (RFC 9110 §12.5.1)."""

from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tests.verifier.requests_fixture import ask

pytestmark = pytest.mark.usefixtures("site")
ACCEPTS = ["application/ld+json, application/json", "application/jwt", "text/html", "image/png;q=0.1", "?"]


@pytest.mark.parametrize("accept", ACCEPTS)
def test_the_request_object(client: Client, today: datetime, accept: str) -> None:
    link = ask("over-18", today, client_id_prefix="x509_san_dns").request_uri
    [url] = parse_qs(urlsplit(link).query)["request_uri"]
    path, headers = urlsplit(url).path, {"accept": accept}
    for reply in (
        client.get(path, headers=headers),
        client.post(path, "", content_type="application/x-www-form-urlencoded", headers=headers),
    ):
        assert (reply.status_code, reply.headers["Content-Type"]) == (
            200, "application/oauth-authz-req+jwt",
        )  # fmt: skip


@pytest.mark.parametrize("accept", ACCEPTS)
def test_refusals_too(client: Client, accept: str) -> None:
    form = "application/x-www-form-urlencoded"
    reply = client.post("/services/over-18/response", "a=b", content_type=form, headers={"accept": accept})
    assert (reply.status_code, reply.json()["error"]) == (400, "invalid_request")
    for path in ("credentials", "presentations"):
        reply = client.post(
            f"/vc-api/{path}/verify", {}, content_type="application/json", headers={"accept": accept}
        )
        assert (reply.status_code, reply.json()["verified"]) == (400, False)
