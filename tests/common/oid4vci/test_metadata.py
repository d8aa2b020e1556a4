"""Issuer and authorization server metadata: published examples, schemas, and metadata not to be used."""

import json
from typing import Any

import jsonschema
import pytest

from common.errors import SelloError
from common.oid4vci.authorization_server import (
    AuthorizationServerMetadata,
    create_server_metadata,
    parse_server_metadata,
)
from common.oid4vci.credential_metadata import ClaimDescription, Display
from common.oid4vci.errors import InvalidMessageError
from common.oid4vci.metadata import (
    ConfigurationMetadata,
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


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shared(f"vectors/oidf-schemas/{name}").read_text())
    return found


def wrapped(name: str) -> dict[str, Any]:
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
def test_well_known_by_path_insertion(identifier: str, url: str) -> None:
    assert well_known_url(identifier, "openid-credential-issuer") == url


@pytest.mark.parametrize(
    "identifier", ["http://issuer.example", "https://a.example/?b", "https://a@b.example", "x"]
)
def test_what_identifies_no_issuer(identifier: str) -> None:
    with pytest.raises(InvalidMessageError):
        well_known_url(identifier, "openid-credential-issuer")


def without_ldp_parameters(source: dict[str, Any]) -> dict[str, Any]:
    """The schema knows no parameters of ldp_vc, which Appendix A.1.2 defines; the rest of it is checked."""
    for configuration in source["credential_configurations_supported"].values():
        if configuration["format"] == "ldp_vc":
            assert configuration.pop("credential_definition")["type"][0] == "VerifiableCredential"
            assert configuration.pop("credential_signing_alg_values_supported") == ["eddsa-rdfc-2022"]
    return source


def test_our_metadata_fit_the_schemas() -> None:
    jsonschema.validate(
        without_ldp_parameters(create_issuer_metadata(METADATA)),
        schema("oid4vci/credential_issuer_metadata-1_0.json"),
    )
    server = AuthorizationServerMetadata(ISSUER, f"{ISSUER}/token", anonymous_access=True)
    jsonschema.validate(
        create_server_metadata(server), schema("rfc8414/oauth_authorization_server_metadata.json")
    )
    assert parse_server_metadata(create_server_metadata(server), issuer=ISSUER) == server


def test_round_trip() -> None:
    assert parse_issuer_metadata(create_issuer_metadata(METADATA), issuer=ISSUER) == METADATA


def test_published_ldp_vc() -> None:
    found = parse_issuer_metadata(wrapped("credential_metadata_ldp_vc.json"), issuer=ISSUER)
    degree = found.configurations["UniversityDegree_LDP_VC"]
    assert degree.types == ("VerifiableCredential", "UniversityDegreeCredential")
    assert degree.context[0] == "https://www.w3.org/2018/credentials/v1"
    assert degree.claims[0].path == ("credentialSubject", "given_name")
    assert degree.claims[3].mandatory
    assert degree.display[0].background_color == "#12107c"


def test_published_sd_jwt_vc_and_mdoc() -> None:
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
    ],
)
def test_metadata_not_to_be_used(change: dict[str, Any]) -> None:
    with pytest.raises(SelloError):
        parse_issuer_metadata({**create_issuer_metadata(METADATA), **change}, issuer=ISSUER)


def read(
    change: dict[str, Any] | None = None, **configuration: dict[str, Any] | list[dict[str, Any]] | None
) -> IssuerMetadata:
    source = create_issuer_metadata(METADATA) | (change or {})
    source["credential_configurations_supported"]["farmer.ldp_vc"] |= configuration
    return parse_issuer_metadata(source, issuer=ISSUER)


@pytest.mark.parametrize("path", [[], [True], [-1], "a", None, ["b"]])
def test_a_claim_that_is_described_wrongly_or_twice_is_left_out(path: list[int | str] | str | None) -> None:
    claims = [{"path": ["b"], "mandatory": True}, {"path": path}, "c", {"path": ["d"]}]
    found = read(credential_metadata={"claims": claims}).configurations["farmer.ldp_vc"].claims
    assert [(claim.path, claim.mandatory) for claim in found] == [(("b",), True), (("d",), False)]


@pytest.mark.parametrize(
    "other",
    [
        7,
        None,
        {},
        {"format": ["x"]},
        {"format": "dc+sd-jwt", "vct": 7},
        {"format": "x", "cryptographic_binding_methods_supported": "jwk"},
        {"format": "x", "proof_types_supported": ["jwt"]},
        {"format": "x", "credential_definition": []},
    ],
)
def test_a_configuration_that_cannot_be_read_takes_no_other_away(other: dict[str, Any] | int | None) -> None:
    source = create_issuer_metadata(METADATA)
    source["credential_configurations_supported"] |= {"other": other}
    assert parse_issuer_metadata(source, issuer=ISSUER) == METADATA


def test_a_proof_type_that_is_not_understood_takes_no_other_away() -> None:
    jwt = {"proof_signing_alg_values_supported": ["ES256", 7]}
    others = {"cwt": {"proof_signing_alg_values_supported": [-7]}, "x": None, "y": {}, "z": ["ES256"]}
    wanted = {"x": {"key_attestations_required": {}, "proof_signing_alg_values_supported": ["x"]}}
    assert read(proof_types_supported={**others, "jwt": jwt}).configurations["farmer.ldp_vc"].proof_types == {
        "jwt": ("ES256",)
    }
    found = read(proof_types_supported={**wanted, "jwt": jwt}).configurations["farmer.ldp_vc"]
    assert found.attestation_required is None  # which another type of proof asks for


def test_words_for_people_that_cannot_be_shown_are_left_out() -> None:
    display = [
        {"name": "Card", "background_color": "", "locale": None, "text_color": 7, "description": None},
        {"name": ""},
        "Card",
        {"name": "Carné", "locale": "es"},
    ]
    found = read({"display": "Farmer Registry"}, credential_metadata={"display": display})
    assert found.configurations["farmer.ldp_vc"].display == (Display("Card"), Display("Carné", "es"))
    assert found.display == ()


def test_members_that_are_null_or_empty_say_nothing() -> None:
    nothing: dict[str, Any] = {
        "nonce_endpoint": None, "notification_endpoint": None, "deferred_credential_endpoint": None,
        "batch_credential_issuance": None, "credential_request_encryption": None, "display": None,
        "credential_response_encryption": None, "authorization_servers": [],
    }  # fmt: skip
    jwt = {"proof_signing_alg_values_supported": ["ES256"], "key_attestations_required": None}
    found = read(nothing, scope=None, vct=None, proof_types_supported={"jwt": jwt})
    assert (found.nonce_endpoint, found.authorization_servers, found.display) == (None, (), ())
    configuration = found.configurations["farmer.ldp_vc"]
    assert (configuration.scope, configuration.attestation_required) == (None, None)


def test_words_for_people_at_the_place_that_drafts_gave_them() -> None:
    old: dict[str, Any] = {
        "display": [{"name": "Card"}],
        "claims": [{"path": ["a"]}],
        "credential_metadata": None,
    }
    configuration = read(**old).configurations["farmer.ldp_vc"]
    assert (configuration.display, configuration.claims[0].path) == ((Display("Card"),), ("a",))


def test_server_metadata_of_another() -> None:
    source = create_server_metadata(AuthorizationServerMetadata(ISSUER, f"{ISSUER}/token"))
    with pytest.raises(InvalidMessageError):
        parse_server_metadata(source, issuer="https://other.example")
    with pytest.raises(InvalidMessageError):
        parse_server_metadata({**source, "token_endpoint": "http://ministry.example/token"}, issuer=ISSUER)
