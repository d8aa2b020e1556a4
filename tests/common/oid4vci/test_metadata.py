"""Issuer and authorization server metadata: published examples, schemas, and metadata not to be used."""

import json

import jsonschema
import pytest

from common.errors import SelloError
from common.oid4vci.authorization_server import (
    AuthorizationServerMetadata,
    create_server_metadata,
    parse_server_metadata,
)
from common.oid4vci.errors import MessageInvalid
from common.oid4vci.metadata import (
    ClaimDescription,
    ConfigurationMetadata,
    Display,
    IssuerMetadata,
    create_issuer_metadata,
    parse_issuer_metadata,
    well_known_url,
)
from tests.conftest import shared

ISSUER = "https://ministry.example/issuers/farmers"
METADATA = IssuerMetadata(
    credential_issuer=ISSUER,
    credential_endpoint=f"{ISSUER}/credential",
    nonce_endpoint=f"{ISSUER}/nonce",
    notification_endpoint=f"{ISSUER}/notification",
    batch_size=10,
    display=(Display("Farmer Registry", "en"),),
    configurations={
        "farmer.dc+sd-jwt": ConfigurationMetadata(
            id="farmer.dc+sd-jwt",
            format="dc+sd-jwt",
            scope="farmer.dc+sd-jwt",
            signing_algorithms=("ES256",),
            binding_methods=("jwk", "did:key"),
            proof_types={"jwt": ("ES256", "EdDSA")},
            vct=f"{ISSUER}/types/farmer",
            display=(Display("Farmer", "en", "Who farms", "#12107c", "#ffffff"),),
            claims=(ClaimDescription(("parcels", None, "crop"), True, (Display("Crop", "en"),)),),
        ),
        "farmer.ldp_vc": ConfigurationMetadata(
            id="farmer.ldp_vc",
            format="ldp_vc",
            signing_algorithms=("eddsa-rdfc-2022",),
            context=("https://www.w3.org/ns/credentials/v2",),
            types=("VerifiableCredential", "FarmerCredential"),
        ),
        "licence.mso_mdoc": ConfigurationMetadata(
            id="licence.mso_mdoc",
            format="mso_mdoc",
            signing_algorithms=(-7,),
            binding_methods=("cose_key",),
            proof_types={"jwt": ("ES256", "EdDSA")},
            doctype="org.iso.18013.5.1.mDL",
            claims=(ClaimDescription(("org.iso.18013.5.1", "given_name")),),
        ),
    },
)


def schema(name: str) -> dict:
    return json.loads(shared(f"vectors/oidf-schemas/{name}").read_text())


def wrapped(name: str) -> dict:
    source = json.loads(shared(f"vectors/openid/vci/{name}").read_text())
    return {"credential_issuer": ISSUER, "credential_endpoint": f"{ISSUER}/credential", **source}


@pytest.mark.parametrize(
    ("identifier", "url"),
    [
        (
            "https://issuer.example.com/tenant",
            "https://issuer.example.com/.well-known/openid-credential-issuer/tenant",
        ),
        (
            "https://tenant.issuer.example.com",
            "https://tenant.issuer.example.com/.well-known/openid-credential-issuer",
        ),
        ("https://a.example:8443/b/c", "https://a.example:8443/.well-known/openid-credential-issuer/b/c"),
    ],
)
def test_well_known_by_path_insertion(identifier, url):
    assert well_known_url(identifier, "openid-credential-issuer") == url


@pytest.mark.parametrize(
    "identifier", ["http://issuer.example", "https://a.example/?b", "https://a@b.example", "x"]
)
def test_what_identifies_no_issuer(identifier):
    with pytest.raises(MessageInvalid):
        well_known_url(identifier, "openid-credential-issuer")


def without_ldp_parameters(source: dict) -> dict:
    """The schema knows no parameters of ldp_vc, which Appendix A.1.2 defines; the rest of it is checked."""
    for configuration in source["credential_configurations_supported"].values():
        if configuration["format"] == "ldp_vc":
            assert configuration.pop("credential_definition")["type"][0] == "VerifiableCredential"
            assert configuration.pop("credential_signing_alg_values_supported") == ["eddsa-rdfc-2022"]
    return source


def test_our_metadata_fit_the_schemas():
    jsonschema.validate(
        without_ldp_parameters(create_issuer_metadata(METADATA)),
        schema("oid4vci/credential_issuer_metadata-1_0.json"),
    )
    server = AuthorizationServerMetadata(ISSUER, f"{ISSUER}/token", anonymous_access=True)
    jsonschema.validate(
        create_server_metadata(server), schema("rfc8414/oauth_authorization_server_metadata.json")
    )
    assert parse_server_metadata(create_server_metadata(server), issuer=ISSUER) == server


def test_round_trip():
    assert parse_issuer_metadata(create_issuer_metadata(METADATA), issuer=ISSUER) == METADATA


def test_published_ldp_vc():
    found = parse_issuer_metadata(wrapped("credential_metadata_ldp_vc.json"), issuer=ISSUER)
    degree = found.configurations["UniversityDegree_LDP_VC"]
    assert degree.types == ("VerifiableCredential", "UniversityDegreeCredential")
    assert degree.context[0] == "https://www.w3.org/2018/credentials/v1"
    assert degree.claims[0].path == ("credentialSubject", "given_name")
    assert degree.claims[3].mandatory
    assert degree.display[0].background_color == "#12107c"


def test_published_sd_jwt_vc_and_mdoc():
    found = parse_issuer_metadata(wrapped("credential_metadata_sd_jwt_vc.json"), issuer=ISSUER)
    identity = found.configurations["SD_JWT_VC_example_in_OpenID4VCI"]
    assert identity.vct == "SD_JWT_VC_example_in_OpenID4VCI"
    assert identity.proof_types == {"jwt": ("ES256",)}
    assert [display.name for display in identity.claims[0].display] == ["Given Name", "Vorname"]
    mdoc = parse_issuer_metadata(wrapped("credential_metadata_mso_mdoc.json"), issuer=ISSUER)
    assert {entry.format for entry in mdoc.configurations.values()} == {"mso_mdoc"}


@pytest.mark.parametrize(
    "change",
    [
        {"credential_issuer": ISSUER + "/"},
        {"credential_issuer": "https://ministry.example"},
        {"credential_endpoint": None},
        {"credential_endpoint": "http://ministry.example/credential"},
        {"nonce_endpoint": "gopher://ministry.example"},
        {"credential_configurations_supported": {}},
        {"credential_configurations_supported": {"a": {}}},
        {"credential_configurations_supported": {"a": []}},
        {"credential_configurations_supported": {str(n): {"format": "ldp_vc"} for n in range(501)}},
        {"batch_credential_issuance": {"batch_size": 1}},
        {"authorization_servers": []},
        {"display": "Farmer Registry"},
    ],
)
def test_metadata_not_to_be_used(change):
    with pytest.raises(SelloError):
        parse_issuer_metadata({**create_issuer_metadata(METADATA), **change}, issuer=ISSUER)


@pytest.mark.parametrize(
    "claims",
    [
        [{"path": []}],
        [{"path": [True]}],
        [{"path": [-1]}],
        [{"path": "a"}],
        [{"path": ["a"]}, {"path": ["a"]}],
    ],
)
def test_claims_described_wrongly(claims):
    source = create_issuer_metadata(METADATA)
    source["credential_configurations_supported"]["farmer.ldp_vc"]["credential_metadata"] = {"claims": claims}
    with pytest.raises(MessageInvalid):
        parse_issuer_metadata(source, issuer=ISSUER)


def test_server_metadata_of_another():
    source = create_server_metadata(AuthorizationServerMetadata(ISSUER, f"{ISSUER}/token"))
    with pytest.raises(MessageInvalid):
        parse_server_metadata(source, issuer="https://other.example")
    with pytest.raises(MessageInvalid):
        parse_server_metadata({**source, "token_endpoint": "http://ministry.example/token"}, issuer=ISSUER)
