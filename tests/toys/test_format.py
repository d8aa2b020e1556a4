"""The toy format: a type is issued in it, offered in metadata, verified by the procedure, and presented."""

from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client

from common.adapters.documents.sources import sources
from common.did import did_key
from common.errors import UnknownPartError
from common.formats import FORMATS
from common.formats.base import Binding, BindingMismatchError
from common.keys import PrivateKey
from issuer.configurations.types import create_configuration
from issuer.issuance.credential_request import issue_directly
from issuer.models import Configuration
from tests.common.formats.data_integrity.conftest import held, holder
from tests.issuer.protocol import make_farmers
from tests.toys.running import run
from tests.toys.toy_format import ToyFormat
from verifier.models import TrustedIssuer

BINDING = Binding("x509_san_dns:clinic.example", "n-0S6_WzA2Mj")


@pytest.fixture
def farmer(monkeypatch: pytest.MonkeyPatch, db: None) -> Configuration:
    """A credential type that is issued as `toy`."""
    configuration = make_farmers()
    with pytest.raises(UnknownPartError, match="Unknown format"):
        create_configuration(configuration.registry, type="FarmerCredential", formats=["toy"], name="farmer")
    monkeypatch.setitem(FORMATS, "toy", ToyFormat())
    return create_configuration(
        configuration.registry, type="FarmerCredential", formats=["toy"], name="farmer"
    )


def test_it_is_issued_and_verified(farmer: Configuration, tmp_path: Path, site_network: Client) -> None:
    out = tmp_path / "farmer.toy"
    TrustedIssuer.objects.create(issuer=farmer.registry.authority.did, type="*", name="Farmers")
    run("issue", "farmer", "F-0001", "--format", "toy", "--out", str(out))
    assert out.read_text().startswith("toy:")
    verified = run("verify", str(out))
    assert (verified["verified"], verified["status"], verified["format"]) == (True, "valid", "toy")
    assert verified["claims"]["given_name"] == "Ana"


def test_metadata_offer_it(farmer: Configuration, client: Client) -> None:
    said = client.get("/.well-known/openid-credential-issuer/issuers/farmer-registry").json()
    offered = said["credential_configurations_supported"]["farmer.toy"]
    assert offered["format"] == "toy"
    assert offered["credential_definition"]["type"] == ["VerifiableCredential", "FarmerCredential"]


def test_its_holder_shows_it_for_one_request(
    farmer: Configuration, tmp_path: Path, ana: PrivateKey, now: datetime, site_network: Client
) -> None:
    _, secured = issue_directly(farmer, "F-0001", "toy", holder=holder(ana), now=now)
    presented = FORMATS["toy"].present(
        secured, disclose=None, binding=BINDING, signer=held(ana), sources=sources(), now=now
    )
    shown = FORMATS["toy"].verify_presentation(presented, binding=BINDING, sources=sources(), now=now)
    assert shown.holder == did_key.encode(ana.public_key)
    with pytest.raises(BindingMismatchError):
        FORMATS["toy"].verify_presentation(
            presented, binding=Binding(BINDING.audience, "another"), sources=sources(), now=now
        )
