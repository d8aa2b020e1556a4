"""Credo as a wallet of our issuer and our verifier, and as judge and issuer of what needs no site.

Its own credentials are under did:key. Of an https issuer it knows the keys in `x5c` alone, under the root
that this issuer publishes; of the suites of Data Integrity none.
"""

import json
import subprocess
import sys
from typing import Any

import pytest

from common.errors import SelloError
from common.formats.mdoc.doctypes import PHOTO_ID
from common.keys import jwk
from tests.interop import library, peers
from tests.interop.conftest import MODES, ROOT, Site
from tests.interop.matrix import ISSUER, OURS, VERIFIER, pair

pytestmark = pytest.mark.interop

CREDO = "Credo"
WALLET = f"{CREDO} wallet"
NO_SUITE = (
    "Credo knows no cryptosuite of VC Data Integrity, and looks for names of older proof types where"
    " OpenID4VCI §12.2.4 has the algorithms of key proofs; it asks for no such credential"
)
CLAIMS = [
    {"name": "family_name", "column": "family_names", "label": "Family names"},
    {"name": "given_name", "column": "given_names", "label": "Given names"},
    {"name": "birth_date", "column": "birth_date", "type": "date", "label": "Date of birth"},
    {"name": "age_over_18", "column": "birth_date", "derive": "age_over", "years": 18, "label": "18 or over"},
    {"name": "document_number", "column": "population_id", "label": "Document number"},
]
DOOR = """
from verifier.models import Service, TrustedIssuer
TrustedIssuer.objects.create(issuer={issuer!r}, type={doctype!r}, name="Population Register")
cinema = Service.objects.get(slug="over-18")
cinema.pk, cinema.slug = None, "cinema"
cinema.query = {query!r}
cinema.save()
"""
ASKED = {"path": ["org.iso.23220.1", "age_over_18"], "values": [True]}


def credo(*steps: dict[str, Any], anchors: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = peers.run("credo/wallet.mjs", steps=list(steps), anchors=anchors)["steps"]
    return told


@pytest.fixture(scope="module")
def photo(site: Site, authority: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """Whose roots Credo knows, once the register gives out photo IDs and the cinema asks for them."""
    described = tmp_path_factory.mktemp("photo") / "claims.json"
    described.write_text(json.dumps(CLAIMS))
    site.command(
        *("create_configuration", "population", "--type", "PhotoIdCredential", "--name", "photo-id"),
        *("--format", "mso_mdoc", "--doctype", PHOTO_ID, "--claims", str(described)),
    )
    query = {"id": "photo", "format": "mso_mdoc", "meta": {"doctype_value": PHOTO_ID}, "claims": [ASKED]}
    issuer = f"{site.origin}/issuers/population-register"
    code = DOOR.format(issuer=issuer, doctype=PHOTO_ID, query={"credentials": [query]})
    subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", code], check=True, cwd=ROOT, env=site.environ, timeout=60
    )
    return authority, site.get(f"{issuer}/iaca.pem", accept="*/*")


def offered(site: Site, name: str, *arguments: str, **options: Any) -> dict[str, Any]:
    offer = site.command("create_offer", name, "P-0001", *arguments)
    return {"offer_uri": offer["offer_uri"], "tx_code": offer["tx_code"], **options}


def asked(site: Site, service: str, mode: str = "direct_post", **options: Any) -> dict[str, Any]:
    request = site.command(
        "create_request", service, "--response-mode", mode, "--client-id-prefix", "x509_hash"
    )
    return {"request_uri": request["request_uri"], **options}


# --- a wallet at our issuer -----------------------------------------------------------------------------
@pair(ISSUER, WALLET, "mso_mdoc")
@pytest.mark.parametrize("tx_code", [True, False], ids=["tx_code", "no tx_code"])
def test_takes_an_mdoc(site: Site, photo: tuple[str, ...], tx_code: bool) -> None:
    [taken] = credo(offered(site, "photo-id", *(["--tx-code"] if tx_code else [])), anchors=photo)
    assert taken.get("format") == "mso_mdoc", taken


@pair(ISSUER, WALLET, "mso_mdoc", tampered=True)
def test_is_refused_with_a_key_proof_that_was_changed(site: Site, photo: tuple[str, ...]) -> None:
    [taken] = credo(offered(site, "photo-id", tamper=True), anchors=photo)
    assert taken["answered"]["error"] == "invalid_proof"


@pair(ISSUER, WALLET, "dc+sd-jwt")
def test_takes_an_sd_jwt_and_shows_it(site: Site, photo: tuple[str, ...]) -> None:
    """Under the register's root, which Credo knows as it does for mdocs: the leaf comes in `x5c`."""
    taken, shown = credo(
        offered(site, "identity", "--format", "dc+sd-jwt"), asked(site, "over-18"), anchors=photo
    )
    assert taken.get("format") == "dc+sd-jwt", taken
    assert shown.get("status") == 200, shown


@pair(ISSUER, WALLET, "dc+sd-jwt", tampered=True)
def test_takes_no_sd_jwt_under_a_root_that_it_does_not_know(site: Site, authority: str) -> None:
    [taken] = credo(offered(site, "identity", "--format", "dc+sd-jwt"), anchors=(authority,))
    assert "ertificate" in taken["refused"]


@pair(ISSUER, WALLET, "ldp_vc")
@pytest.mark.xfail(reason=NO_SUITE, strict=True, raises=LookupError)
def test_takes_what_it_can_verify(site: Site) -> None:
    [taken] = credo(offered(site, "identity", "--format", "ldp_vc"))
    if "refused" in taken:
        with pytest.raises(AssertionError, match="but one of '' was expected"):
            raise AssertionError(taken["refused"])
        raise LookupError(taken["refused"])


# --- a wallet at our verifier ---------------------------------------------------------------------------
@pytest.fixture
def held(site: Site) -> dict[str, Any]:
    """An identity of ours, bound to Ana's key, put into the wallet by hand."""
    told = site.command(
        *("issue", "identity", "P-0001", "--format", "dc+sd-jwt", "--holder", library.holder().did)
    )
    return {"hold": told["credential"], "key": library.private_jwk(library.ANA)}


@pair(WALLET, VERIFIER, "dc+sd-jwt")
def test_shows_an_sd_jwt_in_both_modes(site: Site, authority: str, held: dict[str, Any]) -> None:
    _, *shown = credo(held, *(asked(site, "over-18", mode) for mode in MODES), anchors=(authority,))
    assert [one.get("status") for one in shown] == [200, 200], shown


@pair(WALLET, VERIFIER, "dc+sd-jwt", tampered=True)
def test_shows_an_sd_jwt_in_vain_under_another_signature(
    site: Site, authority: str, held: dict[str, Any]
) -> None:
    _, shown = credo(held, asked(site, "over-18", tamper=True), anchors=(authority,))
    assert (shown["status"], shown["answer"]["error"]) == (400, "invalid_presentation")


@pair(WALLET, VERIFIER, "mso_mdoc")
def test_shows_an_mdoc_in_both_modes(site: Site, photo: tuple[str, ...]) -> None:
    requests = [asked(site, "cinema", mode) for mode in MODES]
    _, *shown = credo(offered(site, "photo-id"), *requests, anchors=photo)
    assert [one.get("status") for one in shown] == [200, 200], shown


@pair(WALLET, VERIFIER, "mso_mdoc", tampered=True)
def test_shows_an_mdoc_in_vain_once_it_was_changed(site: Site, photo: tuple[str, ...]) -> None:
    _, shown = credo(offered(site, "photo-id"), asked(site, "cinema", tamper=True), anchors=photo)
    assert shown["status"] == 400, shown


def test_follows_nobody_whose_certificate_it_does_not_know(site: Site, held: dict[str, Any]) -> None:
    _, shown = credo(held, asked(site, "over-18"))
    assert "ertificate" in shown["refused"]


# --- credentials by themselves --------------------------------------------------------------------------
SIGNER = library.signer("P-256")


def theirs(credential_format: str) -> str:
    claims = (
        library.document("did:example:replaced")
        if credential_format == "vc+jwt"
        else {"vct": library.TYPE, **library.CLAIMS}
    )
    [told] = credo(
        {
            "sign": claims,
            "format": credential_format,
            "key": library.private_jwk(SIGNER),
            "holder": jwk.encode(library.ANA.public_key),
        }
    )
    assert "credential" in told, told
    return str(told["credential"])


BY_THEMSELVES = pytest.mark.parametrize("credential_format", ["dc+sd-jwt", "vc+jwt"])


@pair(OURS, CREDO)
@BY_THEMSELVES
def test_takes_what_we_signed(credential_format: str) -> None:
    [told] = credo({"verify": library.token(credential_format), "format": credential_format})
    assert told.get("claims", {}).items() >= library.CLAIMS.items(), told


@pair(OURS, CREDO, tampered=True)
@BY_THEMSELVES
def test_refuses_another_signature_than_ours(credential_format: str) -> None:
    [told] = credo({"verify": library.bent(library.token(credential_format)), "format": credential_format})
    assert "refused" in told


@pair(CREDO, OURS)
@BY_THEMSELVES
def test_signs_what_we_take(credential_format: str) -> None:
    assert library.read(theirs(credential_format), credential_format).items() >= library.CLAIMS.items()


@pair(CREDO, OURS, tampered=True)
@BY_THEMSELVES
def test_signs_nothing_that_we_take_once_it_was_changed(credential_format: str) -> None:
    with pytest.raises(SelloError):
        library.read(library.bent(theirs(credential_format)), credential_format)
