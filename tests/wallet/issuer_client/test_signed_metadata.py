"""A wallet whose operator says who vouches for issuers wants to see their signature (HAIP 1.0 §4.1)."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from common.adapters.network import http
from common.errors import SelloError
from common.keys import PrivateKey, certificate
from common.oid4vci.signed_metadata import sign_metadata
from common.trust import iaca
from tests.tampering import flip
from tests.wallet.fakes import ISSUER, ORIGIN, Office, reply
from wallet.issuer_client import issuer_metadata
from wallet.issuer_client.issuer_metadata import fetch_issuer_metadata

ROOT_KEY = PrivateKey("P-256", bytes(31) + b"\x21")
ADDRESS = f"{ORIGIN}/.well-known/openid-credential-issuer/issuers/civil-registry"


def times(now: datetime) -> dict[str, Any]:
    return {"not_before": now - timedelta(days=1), "not_after": now + timedelta(days=30)}


def root(now: datetime, *, key: PrivateKey = ROOT_KEY) -> x509.Certificate:
    place: dict[str, Any] = {"issuer": ISSUER, "name": "Civil Registry", "revocations": f"{ISSUER}/iaca.crl"}
    return certificate.load(iaca.create_root(signer=key, country="UT", serial=1, **place, **times(now)))


def leaf(now: datetime, *, key: PrivateKey, issuer: str = ISSUER, by: PrivateKey = ROOT_KEY) -> bytes:
    place: dict[str, Any] = {"issuer": issuer, "name": "Civil Registry", "revocations": f"{issuer}/iaca.crl"}
    return iaca.create_token_signer(
        key=key.public_key, root=root(now), signer=by, serial=2, **place, **times(now)
    )


@pytest.fixture
def asked(office: Office, now: datetime, settings: Any, tmp_path: Path) -> dict[str, Any]:
    """The office signs its metadata for whoever would have it so; a test bends with what."""
    settings.ISSUER_CA_FILE = str(tmp_path / "roots.pem")
    Path(settings.ISSUER_CA_FILE).write_bytes(root(now).public_bytes(Encoding.PEM))
    plain = json.loads(office.metadata({}, b"").body)
    site: dict[str, Any] = {
        "accept": [], "document": plain, "signer": office.es256, "chain": (leaf(now, key=office.es256),),
        "now": now, "tamper": lambda text: text,
    }  # fmt: skip

    def answer(headers: Mapping[str, str], body: bytes) -> http.HttpReply:
        site["accept"].append(headers["Accept"])
        if not headers["Accept"].startswith("application/jwt"):
            return reply(plain)
        text = sign_metadata(site["document"], signer=site["signer"], now=site["now"], chain=site["chain"])
        return reply(site["tamper"](text), content_type="application/jwt")

    office.network.handlers[("GET", ADDRESS)] = answer
    return site


@pytest.fixture(autouse=True)
def _site_clock(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)


def test_what_a_known_root_vouches_for_is_taken(asked: dict[str, Any], now: datetime) -> None:
    found = fetch_issuer_metadata(ISSUER, now=now)
    assert found.credential_issuer == ISSUER
    assert asked["accept"] == [issuer_metadata.SIGNED_FIRST]


def test_without_known_roots_nobody_is_asked_to_sign(
    asked: dict[str, Any], now: datetime, settings: Any
) -> None:
    settings.ISSUER_CA_FILE = ""
    assert fetch_issuer_metadata(ISSUER, now=now).credential_issuer == ISSUER
    assert asked["accept"] == ["application/json"]


def test_an_office_that_signs_nothing_is_read_all_the_same(
    asked: dict[str, Any], office: Office, now: datetime
) -> None:
    office.network.handlers[("GET", ADDRESS)] = office.metadata
    assert fetch_issuer_metadata(ISSUER, now=now).credential_issuer == ISSUER


MALLORY = PrivateKey("P-256", bytes(31) + b"\x66")


@pytest.mark.parametrize(
    "bend",
    [
        lambda now, site: {"signer": MALLORY},
        lambda now, site: {"signer": MALLORY, "chain": (leaf(now, key=MALLORY, by=MALLORY),)},
        lambda now, site: {"signer": MALLORY, "chain": (leaf(now, key=MALLORY, issuer=f"{ISSUER}2"),)},
        lambda now, site: {"chain": ()},  # and no metadata of its keys to be asked
        lambda now, site: {"document": {**site["document"], "credential_issuer": f"{ISSUER}2"}},
        lambda now, site: {"now": now - timedelta(days=2)},
        lambda now, site: {"now": now + timedelta(minutes=5)},
        lambda now, site: {"tamper": flip},
        lambda now, site: {"tamper": lambda text: text.rpartition(".")[0] + "."},
        lambda now, site: {"tamper": lambda text: "{}"},
        lambda now, site: {"tamper": lambda text: ""},
    ],
    ids=[
        "another's key", "another's root", "another's certificate", "no chain", "another's metadata", "old",
        "of the future", "another signature", "no signature", "no token", "nothing",
    ],
)  # fmt: skip
def test_what_does_not_hold_is_not_taken(asked: dict[str, Any], now: datetime, bend: Any) -> None:
    """And nothing is asked for in its stead."""
    asked.update(bend(now, asked))
    with pytest.raises(SelloError):
        fetch_issuer_metadata(ISSUER, now=now)
    assert asked["accept"] == [issuer_metadata.SIGNED_FIRST]
