"""What an authority publishes about itself: issuer metadata, authorization server, keys, types."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from common.keys import dpop, jwk
from common.oid4vci import attestation, key_proof, presentation_proof
from common.oid4vci.authorization import CHALLENGE_METHOD
from common.oid4vci.authorization_server import (
    ANONYMOUS,
    ATTESTED,
    ATTESTED_BY_DPOP,
    AuthorizationServerMetadata,
    create_server_metadata,
)
from common.oid4vci.credential_metadata import ClaimDescription, Display
from common.oid4vci.metadata import ConfigurationMetadata, IssuerMetadata, create_issuer_metadata
from common.oid4vci.signed_metadata import sign_metadata
from common.oid4vci.token import GRANT_TYPES
from issuer.authorities import certificates, identity, request_encryption
from issuer.configurations.formats import securing_format
from issuer.models import Authority, Configuration
from issuer.oauth.clients import BATCH_SIZE, providers, required_of_keys

LOCALE = "en"


def issuer_metadata(authority: Authority) -> dict[str, Any]:
    """The credential issuer metadata (OpenID4VCI 1.0 §12.2): one configuration a type and format."""
    identifier = authority.identifier
    return create_issuer_metadata(
        IssuerMetadata(
            credential_issuer=identifier,
            credential_endpoint=f"{identifier}/credential",
            nonce_endpoint=f"{identifier}/nonce",
            notification_endpoint=f"{identifier}/notification",
            deferred_endpoint=f"{identifier}/deferred-credential",
            request_encryption=request_encryption.request_encryption(authority),
            response_encryption=request_encryption.response_encryption(authority),
            batch_size=BATCH_SIZE,
            display=(Display(authority.name, LOCALE),),
            configurations={
                name: _configuration_metadata(configuration, name, format_)
                for configuration in _configurations(authority)
                for name, format_ in configuration.format_ids().items()
            },
        )
    )


def signed_issuer_metadata(authority: Authority, *, now: datetime) -> str:
    """The same, signed with the authority's key for JOSE, for which its root vouches (§12.2.3)."""
    return sign_metadata(
        issuer_metadata(authority),
        signer=identity.authority_signer(authority, "P-256"),
        now=now,
        chain=certificates.token_chain(authority, now=now),
    )


def authorization_server_metadata(authority: Authority) -> dict[str, Any]:
    """The authorization server metadata (RFC 8414) of the same authority."""
    attested = (ATTESTED, ATTESTED_BY_DPOP) if providers() or authority.high_assurance else ()
    authentication = attested if authority.high_assurance else (ANONYMOUS, *attested)
    return create_server_metadata(
        AuthorizationServerMetadata(
            issuer=authority.identifier,
            token_endpoint=f"{authority.identifier}/token",
            grant_types=GRANT_TYPES,
            anonymous_access=not authority.high_assurance,
            dpop_algorithms=dpop.ALGORITHMS,
            authorization_endpoint=f"{authority.identifier}/authorize",
            pushed_endpoint=f"{authority.identifier}/par",
            scopes=tuple(name for found in _configurations(authority) for name in found.format_ids()),
            challenge_methods=(CHALLENGE_METHOD,),
            iss_in_response=True,
            client_authentication=authentication,
            attestation_algorithms=attestation.ALGORITHMS if attested else (),
            challenge_endpoint=f"{authority.identifier}/challenge" if attested else None,
        )
    )


def jwt_vc_issuer_metadata(authority: Authority) -> dict[str, Any]:
    """The keys with which an SD-JWT VC of this issuer is checked (SD-JWT VC, JWT VC Issuer Metadata)."""
    signer = identity.authority_signer(authority, "P-256")
    key = {**jwk.encode(signer.public_key), "kid": signer.key_id, "use": "sig", "alg": "ES256"}
    return {"issuer": authority.identifier, "jwks": {"keys": [key]}}


def _configurations(authority: Authority) -> QuerySet[Configuration]:
    return Configuration.objects.select_related("registry__authority").filter(registry__authority=authority)


def _configuration_metadata(configuration: Configuration, name: str, format_: str) -> ConfigurationMetadata:
    securing, names = securing_format(format_), configuration.names
    described, published = securing.traits, securing.publish(names)
    required = required_of_keys(configuration.authority)
    proof_types: dict[str, tuple[str, ...]] = {"jwt": key_proof.ALGORITHMS}
    # A presentation has no place for an attestation, and its holder is a DID.
    if required is None and any(method.startswith("did") for method in described.binding_methods):
        proof_types[presentation_proof.TYPE] = presentation_proof.SUITE_NAMES
    if required is not None or providers():
        proof_types["attestation"] = attestation.ALGORITHMS
    return ConfigurationMetadata(
        id=name,
        format=described.identifier,
        scope=name,
        signing_algorithms=described.algorithms,
        binding_methods=described.binding_methods,
        proof_types=proof_types,
        attestation_required=required,
        vct=published.vct,
        doctype=published.doctype,
        context=published.context,
        types=published.types,
        display=(_display(configuration),),
        claims=tuple(
            ClaimDescription(
                path=securing.claim_path(claim.name, names=names),
                mandatory=claim.mandatory,
                display=(Display(claim.label, LOCALE),),
            )
            for claim in configuration.claim_list()
        ),
    )


def _display(configuration: Configuration) -> Display:
    shown = configuration.display
    return Display(
        name=shown.get("name", configuration.type),
        locale=LOCALE,
        description=shown.get("description"),
        background_color=shown.get("background_color"),
        text_color=shown.get("text_color"),
    )
