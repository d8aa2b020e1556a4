"""Whose word counts for the status of an mdoc under a root that was entered by hand."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from common.did import Fetched
from common.keys import PrivateKey, certificate
from common.status import token, token_cwt
from common.status.bits import pack
from common.trust.purposes import DOCUMENT_SIGNER, STATUS_SIGNER
from common.verification.credential_status import credential_status
from tests.common.formats.fakes import StaticSources
from tests.common.formats.mdoc import mdoc_fixture
from tests.common.formats.mdoc.mdoc_fixture import ROOT, ROOT_KEY, SIGNER, pem, without_address
from tests.common.verification.test_credential_status import NoCache
from tests.conftest import NOW

BY_HAND = without_address()
OTHER_KEY = PrivateKey("P-256", bytes(31) + b"\x31")
OTHER_ROOT_KEY = PrivateKey("P-256", bytes(31) + b"\x32")
TLS = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.1")


def leaf(
    key: PrivateKey, *purposes: x509.ObjectIdentifier, by: PrivateKey = ROOT_KEY, **changes: Any
) -> bytes:
    """A certificate under our root, or under one of the same name."""
    usage = certificate.usage(certificates=changes.get("authority", False))
    builder = certificate.describe(
        x509.Name([x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "UT")]),
        issuer=ROOT.subject, key=key.public_key, serial=77,
        start=NOW - timedelta(days=9), end=changes.get("end", NOW + timedelta(days=9)),
    ).add_extension(usage, critical=True)  # fmt: skip
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=True)
    return certificate.sign(builder, signer=by)


def der(one: x509.Certificate) -> bytes:
    return one.public_bytes(Encoding.DER)


OWN = leaf(SIGNER, DOCUMENT_SIGNER)


def status(ana: PrivateKey, signer: PrivateKey, chain: list[bytes], *, revoked: bool, maker: Any) -> str:
    sources = StaticSources(anchors=(pem(BY_HAND),))
    secured = mdoc_fixture.issue(replace(mdoc_fixture.LICENCE, certificates=(OWN,)), holder=ana)
    credential = mdoc_fixture.verify(secured, sources=sources)
    assert "://" not in credential.issuer
    [reference] = credential.status
    statuses = pack({reference.index: int(revoked)}, length=131_072, bits=1, order="least")
    made = maker.create(
        uri=reference.uri, statuses=statuses, signer=signer, now=NOW, expires=NOW + timedelta(days=1), ttl=60,
        chain=chain,
    )  # fmt: skip

    def fetch(url: str, *, accept: str = "") -> Fetched:
        assert url == reference.uri
        return Fetched(made if isinstance(made, bytes) else made.encode(), maker.MEDIA_TYPE)

    return credential_status(
        credential, sources=sources, fetch=fetch, fetch_revocations=fetch, lists=NoCache(), now=NOW
    ).status


@pytest.mark.parametrize("maker", [token, token_cwt])
@pytest.mark.parametrize(
    ("signer", "chain"),
    [
        (SIGNER, [OWN]),
        (SIGNER, []),  # by the credential's own certificate
        (OTHER_KEY, [leaf(OTHER_KEY, DOCUMENT_SIGNER)]),
        (OTHER_KEY, [leaf(OTHER_KEY, STATUS_SIGNER)]),
        (OTHER_KEY, [leaf(OTHER_KEY, STATUS_SIGNER), der(BY_HAND)]),
    ],
)
def test_those_whom_the_root_charged(
    ana: PrivateKey, signer: PrivateKey, chain: list[bytes], maker: Any
) -> None:
    assert status(ana, signer, chain, revoked=False, maker=maker) == "valid"
    assert status(ana, signer, chain, revoked=True, maker=maker) == "revoked"


@pytest.mark.parametrize("maker", [token, token_cwt])
@pytest.mark.parametrize(
    ("signer", "chain"),
    [
        (OTHER_KEY, []),
        (OTHER_KEY, [OWN]),  # the credential's certificate, another's signature
        (OTHER_KEY, [leaf(OTHER_KEY)]),
        (OTHER_KEY, [leaf(OTHER_KEY, TLS)]),
        (OTHER_KEY, [leaf(OTHER_KEY, STATUS_SIGNER, authority=True)]),
        (OTHER_KEY, [leaf(OTHER_KEY, STATUS_SIGNER, end=NOW - timedelta(hours=1))]),
        (OTHER_KEY, [leaf(OTHER_KEY, STATUS_SIGNER, by=OTHER_ROOT_KEY)]),  # under a root of the same name
    ],
)
def test_nobody_else(ana: PrivateKey, signer: PrivateKey, chain: list[bytes], maker: Any) -> None:
    assert status(ana, signer, chain, revoked=False, maker=maker) == "undetermined"
