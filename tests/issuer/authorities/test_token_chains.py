"""Which certificate goes along with an authority's tokens (HAIP 1.0 §6.1.1): its root's, for its own key."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.management import call_command
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from common.adapters.documents.sources import check_credential_status, sources
from common.adapters.limits import cache_backends
from common.errors import SelloError
from common.formats import FORMATS
from common.formats.base import VerifiedCredential
from common.keys import certificate, jws
from common.trust import certificates as chains
from common.trust.purposes import ISSUER
from issuer.authorities import certificates, identity
from issuer.authorities.identity import create_authority
from issuer.issuance.credential_request import issue_directly
from issuer.models import Certificate, Configuration
from tests.issuer.protocol import make_farmers

pytestmark = pytest.mark.django_db


@pytest.fixture
def farmer() -> Configuration:
    return make_farmers()


@pytest.fixture
def token(farmer: Configuration) -> str:
    return str(issue_directly(farmer, "F-0001", "dc+sd-jwt", holder=None, now=datetime.now(UTC))[1])


def chain_in(token: str) -> tuple[bytes, ...]:
    return chains.read_x5c(jws.parse(token.split("~", maxsplit=1)[0]).header["x5c"])


def verify(token: str) -> VerifiedCredential:
    return FORMATS["dc+sd-jwt"].verify_credential(token, sources=sources(), now=datetime.now(UTC))


def test_the_chain_is_one_leaf_that_names_the_issuer(farmer: Configuration, token: str) -> None:
    now, authority = datetime.now(UTC), farmer.authority
    root = certificates.authority_root(authority, now=now)
    [der] = chain_in(token)
    leaf = certificate.load(der)
    leaf.verify_directly_issued_by(root)
    assert leaf.issuer != leaf.subject
    assert certificate.public_key(leaf) == identity.authority_signer(authority, "P-256").public_key
    assert (chains.uris(leaf), chains.dns_names(leaf)) == ((authority.identifier,), frozenset())
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.key_cert_sign) == (True, False)
    assert leaf.not_valid_after_utc == root.not_valid_after_utc
    assert chains.verify_chain([der], anchors=[root], purpose=ISSUER, now=now) == leaf


def test_it_is_verified_with_the_root_alone_and_without_it_by_metadata(
    farmer: Configuration, token: str, settings: Settings, tmp_path: Path
) -> None:
    issuer = farmer.authority.identifier
    found = verify(token)
    assert (found.issuer, found.authority_keys) == (issuer, ())
    assert found.key_id == f"{issuer}#{identity.key_id(farmer.authority, 'P-256')}"
    pem = certificates.authority_root_pem(farmer.authority, now=datetime.now(UTC))
    settings.ISSUER_CA_FILE = str(tmp_path / "roots.pem")
    Path(settings.ISSUER_CA_FILE).write_bytes(pem)
    found = verify(token)
    assert (found.issuer, found.key_id) == (issuer, f"{issuer}#x5c")
    assert len(found.authority_keys) == 1
    assert check_credential_status(found, now=datetime.now(UTC)).status == "valid"


def test_another_authoritys_chain_does_not_speak_for_this_one(
    farmer: Configuration, token: str, settings: Settings, tmp_path: Path
) -> None:
    """Both are of one house and one host; a token with the other's certificate is nobody's."""
    other = create_authority("civil-registry", "Civil Registry")
    now = datetime.now(UTC)
    signer = identity.authority_signer(other, "P-256")
    payload = jws.parse(token.split("~", maxsplit=1)[0]).payload
    header = {"typ": "dc+sd-jwt", "x5c": certificate.x5c(certificates.token_chain(other, now=now))}
    forged = jws.sign(header, payload, signer=signer) + "~"
    with pytest.raises(SelloError, match="another key"):
        verify(forged)
    settings.ISSUER_CA_FILE = str(tmp_path / "roots.pem")
    Path(settings.ISSUER_CA_FILE).write_bytes(certificates.authority_root_pem(other, now=now))
    with pytest.raises(SelloError, match="not the issuer's"):
        verify(forged)


def test_one_certificate_serves_all_tokens_and_no_mdoc(farmer: Configuration, token: str) -> None:
    now, authority = datetime.now(UTC), farmer.authority
    cache_backends.forget_cached()
    again = issue_directly(farmer, "F-0002", "dc+sd-jwt", holder=None, now=now)[1]
    assert chain_in(str(again)) == chain_in(token)
    _, leaf = certificates.mdoc_signer(authority, until=now + timedelta(days=9), now=now)
    assert (leaf,) != chain_in(token)
    assert Certificate.objects.filter(authority=authority).count() == 3


def test_the_rows_are_not_asked_for_each_token(
    farmer: Configuration,
    django_assert_num_queries: DjangoAssertNumQueries,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    now = datetime.now(UTC)
    with django_capture_on_commit_callbacks(execute=True):
        chain = certificates.token_chain(farmer.authority, now=now)
    with django_assert_num_queries(0):
        assert certificates.token_chain(farmer.authority, now=now) == chain


def test_minted_tokens_bring_it_too(farmer: Configuration, token: str, tmp_path: Path) -> None:
    call_command(
        "mint", "farmer", "--format", "dc+sd-jwt", "--out", str(tmp_path), "--json", stdout=StringIO()
    )
    [path] = tmp_path.glob("*.jsonl")
    minted = [json.loads(line)["credential"] for line in path.read_text().splitlines()]
    assert {chain_in(one) for one in minted} == {chain_in(token)}


def test_the_status_list_brings_it_too(farmer: Configuration, token: str, client: Client) -> None:
    [reference] = verify(token).status
    body = client.get(reference.uri).content.decode()
    assert chain_in(body) == chain_in(token)


def test_the_root_is_not_sent_along(farmer: Configuration, token: str) -> None:
    root = certificates.authority_root(farmer.authority, now=datetime.now(UTC)).public_bytes(Encoding.DER)
    assert root not in chain_in(token)
