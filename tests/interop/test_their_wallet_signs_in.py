"""An independent wallet with PAR, PKCE, DPoP, attestations, deferral and refresh; a person with a browser."""

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.interop import peers
from tests.interop.certificates import Certificates
from tests.interop.conftest import Site
from tests.interop.judges import judge
from tests.interop.matrix import ISSUER, THEIR_WALLET, pair

pytestmark = pytest.mark.interop
REDIRECT = "https://wallet.example/callback"


class _Stay(urllib.request.HTTPRedirectHandler):
    """Redirects are looked at, not followed."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Browser:
    """A person who signs in with an access code, and says yes or no."""

    def __init__(self) -> None:
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(jar, _Stay)

    def agree(self, url: str, access_code: str, decision: str = "yes") -> str:
        """Where the browser is sent in the end."""
        status, _ = self._post(url, code=access_code)
        assert status == 302
        status, location = self._post(url, decision=decision)
        assert status == 303
        return location

    def _post(self, url: str, **fields: str) -> tuple[int, str]:
        page = self._opener.open(url, timeout=20).read().decode()
        [token] = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[:1]
        body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token}).encode()
        request = urllib.request.Request(url, body, {"Referer": url})
        try:
            return self._opener.open(request, timeout=20).status, ""
        except urllib.error.HTTPError as answer:
            return answer.code, answer.headers.get("Location", "")


def provider(certificate: Certificates) -> dict[str, Any]:
    """The peers' own provider, whose authority our site trusts."""
    body = certificate.leaf.replace("-----BEGIN CERTIFICATE-----", "").replace(
        "-----END CERTIFICATE-----", ""
    )
    return {"x5c": ["".join(body.split())], "key": certificate.key}


def sign_in(site: Site, begun: dict[str, Any], record: str = "F-0001", registry: str = "farmers") -> str:
    code = site.command("create_access_code", registry, record)["access_code"]
    return Browser().agree(begun["url"], code)


def wallet(step: str, **given: Any) -> dict[str, Any]:
    return peers.run("wallet_haip.mjs", step=step, **given)


def begin(site: Site, *arguments: str, **given: Any) -> dict[str, Any]:
    offer = site.command("create_offer", *arguments, "--sign-in")
    return wallet("authorize", offer_uri=offer["offer_uri"], redirect_uri=REDIRECT, **given)


@pytest.mark.parametrize("credential_format", ["dc+sd-jwt"])
@pair(ISSUER, THEIR_WALLET)
def test_signs_in_and_renews(site: Site, credential_format: str) -> None:
    begun = begin(site, "farmer", "F-0001", "--format", credential_format)
    assert "request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3A" in begun["url"]
    taken = wallet("take", kept=begun["kept"], answer=sign_in(site, begun))
    assert taken["token_type"] == "DPoP"
    [credential] = taken["credentials"]
    verdict = judge(site, credential)
    assert verdict["verified"]
    assert verdict["claims"]["cnf"]["jwk"]["x"] == taken["keys"][0]["x"]
    renewed = wallet("renew", kept=taken["kept"])
    assert renewed["token_type"] == "DPoP"
    assert judge(site, renewed["credentials"][0])["verified"]


def test_takes_no_for_an_answer(site: Site) -> None:
    begun = begin(site, "farmer", "F-0002", "--format", "dc+sd-jwt")
    code = site.command("create_access_code", "farmers", "F-0002")["access_code"]
    answer = Browser().agree(begun["url"], code, "no")
    with pytest.raises(peers.PeerRefusedError, match="access_denied"):
        wallet("take", kept=begun["kept"], answer=answer)


@pytest.mark.parametrize("what", ["replay", "verifier"])
def test_is_refused_with_the_error_of_the_specification(site: Site, what: str) -> None:
    begun = begin(site, "farmer", "F-0003", "--format", "dc+sd-jwt")
    answer = sign_in(site, begun, "F-0003")
    options = {"verifier": "x" * 43} if what == "verifier" else {}
    if what == "replay":
        wallet("take", kept=begun["kept"], answer=answer)
    with pytest.raises(peers.PeerRefusedError) as refusal:
        wallet("take", kept=begun["kept"], answer=answer, **options)
    assert refusal.value.outcome["error"]["answer"]["error"] == "invalid_grant"


@pytest.fixture
def high_assurance(site: Site) -> Iterator[None]:
    site.command("set_policy", "farmer-registry", "--high-assurance", "on")
    yield
    site.command("set_policy", "farmer-registry", "--high-assurance", "off")


@pytest.mark.parametrize("proof", ["attested", "attestation"])
@pytest.mark.usefixtures("high_assurance")
def test_with_high_assurance(site: Site, certificate: Certificates, proof: str) -> None:
    begun = begin(site, "farmer", "F-0001", "--format", "dc+sd-jwt", provider=provider(certificate))
    taken = wallet("take", kept=begun["kept"], answer=sign_in(site, begun), proof=proof, count=2)
    assert taken["token_type"] == "DPoP"
    assert len(taken["credentials"]) == 2
    shown = {judge(site, credential)["claims"]["cnf"]["jwk"]["x"] for credential in taken["credentials"]}
    assert shown == {key["x"] for key in taken["keys"]}


@pytest.mark.usefixtures("high_assurance")
def test_strangers_are_refused_where_assurance_is_high(site: Site, certificate: Certificates) -> None:
    stranger = provider(certificate)
    body = certificate.leaf_by_nobody.split("-----")[2]
    with pytest.raises(peers.PeerRefusedError) as refusal:
        begin(site, "farmer", "F-0001", provider={**stranger, "x5c": ["".join(body.split())]})
    assert "invalid_client_attestation" in str(refusal.value)
    with pytest.raises(peers.PeerRefusedError) as refusal:
        begin(site, "farmer", "F-0001")
    assert "invalid_client" in str(refusal.value)


@pytest.mark.parametrize("decision", ["approve", "refuse"])
def test_waits_for_an_officer(site: Site, decision: str) -> None:
    site.command(
        "create_configuration", "farmers", "--type", "LicenceCredential", "--name", "licence",
        "--format", "dc+sd-jwt", "--needs-approval",
    )  # fmt: skip
    offer = site.command("create_offer", "licence", "F-0001", "--sign-in")
    begun = wallet("authorize", offer_uri=offer["offer_uri"], redirect_uri=REDIRECT)
    taken = wallet("take", kept=begun["kept"], answer=sign_in(site, begun))
    assert (taken["credentials"], taken["interval"]) == ([], 10)
    waiting = {"kept": taken["kept"], "transaction_id": taken["transaction_id"]}
    assert wallet("later", **waiting)["transaction_id"] == taken["transaction_id"]
    site.command("decide", offer["session"], decision)
    if decision == "refuse":
        with pytest.raises(peers.PeerRefusedError, match="credential_request_denied"):
            wallet("later", **waiting)
        return
    assert judge(site, wallet("later", **waiting)["credentials"][0])["verified"]
