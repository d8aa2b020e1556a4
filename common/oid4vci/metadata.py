"""Credential issuer metadata (OpenID4VCI 1.0 §12.2) and where it lies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from common.encoding import strict_json
from common.oid4vci.credential import PROOF_TYPES
from common.oid4vci.credential_metadata import (
    ClaimDescription,
    Display,
    create_claim,
    create_display,
    parse_claims,
    parse_displays,
    present_members,
)
from common.oid4vci.encryption import (
    RequestEncryption,
    ResponseEncryption,
    create_request_encryption,
    create_response_encryption,
    parse_request_encryption,
    parse_response_encryption,
)
from common.oid4vci.errors import InvalidMessageError
from common.oid4vci.json_members import Members, is_identifier
from common.oid4vci.key_attestation import Resistance

CREDENTIAL_ISSUER: Final = "openid-credential-issuer"
MAX_CONFIGURATIONS: Final = 500
Encryption = TypeVar("Encryption", RequestEncryption, ResponseEncryption)


@dataclass(frozen=True, slots=True)
class ConfigurationMetadata:
    """One entry of credential_configurations_supported.

    `vct` belongs to dc+sd-jwt, `doctype` to mso_mdoc, whose algorithms are COSE's numbers; `context` and
    `types` to the formats with a credential_definition.
    No `binding_methods` means a credential that is bound to no key.
    """

    id: str
    format: str
    signing_algorithms: tuple[str | int, ...] = ()
    binding_methods: tuple[str, ...] = ()
    proof_types: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    attestation_required: Resistance | None = None  # where keys are taken alone that somebody attests
    vct: str | None = None
    doctype: str | None = None
    context: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    scope: str | None = None
    display: tuple[Display, ...] = ()
    claims: tuple[ClaimDescription, ...] = ()


@dataclass(frozen=True, slots=True)
class IssuerMetadata:
    """What an issuer can do, and where."""

    credential_issuer: str
    credential_endpoint: str
    configurations: Mapping[str, ConfigurationMetadata]
    nonce_endpoint: str | None = None
    notification_endpoint: str | None = None
    deferred_endpoint: str | None = None
    request_encryption: RequestEncryption | None = None
    response_encryption: ResponseEncryption | None = None
    authorization_servers: tuple[str, ...] = ()
    batch_size: int | None = None
    display: tuple[Display, ...] = ()


def well_known_url(identifier: str, name: str) -> str:
    """Where a document about `identifier` lies: its well-known path inserted before its own (§12.2.2)."""
    if not is_identifier(identifier):
        raise InvalidMessageError("This is not an issuer's identifier.")
    parts = urlsplit(identifier)
    return f"{parts.scheme}://{parts.netloc}/.well-known/{name}{parts.path.rstrip('/')}"


def create_issuer_metadata(metadata: IssuerMetadata) -> dict[str, Any]:
    """The metadata document (§12.2.4)."""
    return present_members(
        {
            "credential_issuer": metadata.credential_issuer,
            "authorization_servers": list(metadata.authorization_servers),
            "credential_endpoint": metadata.credential_endpoint,
            "nonce_endpoint": metadata.nonce_endpoint,
            "notification_endpoint": metadata.notification_endpoint,
            "deferred_credential_endpoint": metadata.deferred_endpoint,
            "credential_request_encryption": (
                create_request_encryption(metadata.request_encryption)
                if metadata.request_encryption
                else None
            ),
            "credential_response_encryption": (
                create_response_encryption(metadata.response_encryption)
                if metadata.response_encryption
                else None
            ),
            "batch_credential_issuance": {"batch_size": metadata.batch_size} if metadata.batch_size else None,
            "display": [create_display(display) for display in metadata.display],
        }
    ) | {
        "credential_configurations_supported": {
            name: _create_configuration(configuration)
            for name, configuration in metadata.configurations.items()
        }
    }


def parse_issuer_metadata(source: Mapping[str, Any], *, issuer: str) -> IssuerMetadata:
    """Read the metadata of `issuer`; a document that speaks of another must not be used (§12.2.4).

    A configuration that cannot be read is left out, and takes none of the others away. What can be done
    without is left out likewise: batches, notifications, encryption that is not required.
    """
    members = Members(source, InvalidMessageError)
    if members.text("credential_issuer") != issuer:
        raise InvalidMessageError("This metadata is another issuer's.")
    configurations = _parse_configurations(members.object("credential_configurations_supported"))
    return IssuerMetadata(
        credential_issuer=issuer,
        credential_endpoint=members.url("credential_endpoint"),
        configurations=configurations,
        nonce_endpoint=members.optional_url("nonce_endpoint"),
        notification_endpoint=members.usable_url("notification_endpoint"),
        deferred_endpoint=members.usable_url("deferred_credential_endpoint"),
        request_encryption=_parse_encryption(
            members, "credential_request_encryption", parse_request_encryption
        ),
        response_encryption=_parse_encryption(
            members, "credential_response_encryption", parse_response_encryption
        ),
        authorization_servers=members.texts("authorization_servers", required=False),
        batch_size=_parse_batch_size(members.source.get("batch_credential_issuance")),
        display=parse_displays(members),
    )


def _create_configuration(configuration: ConfigurationMetadata) -> dict[str, Any]:
    definition = {"@context": list(configuration.context), "type": list(configuration.types)}
    return present_members(
        {
            "format": configuration.format,
            "scope": configuration.scope,
            "credential_signing_alg_values_supported": list(configuration.signing_algorithms),
            "cryptographic_binding_methods_supported": list(configuration.binding_methods),
            "proof_types_supported": {
                name: {"proof_signing_alg_values_supported": list(algorithms)}
                | _create_required(configuration.attestation_required)
                for name, algorithms in configuration.proof_types.items()
            },
            "vct": configuration.vct,
            "doctype": configuration.doctype,
            "credential_definition": present_members(definition),
            "credential_metadata": present_members(
                {
                    "display": [create_display(display) for display in configuration.display],
                    "claims": [create_claim(claim) for claim in configuration.claims],
                }
            ),
        }
    )


def _parse_batch_size(batch: object) -> int | None:
    """How many credentials are had at once, where it is said in a way that helps (§12.2.4: two or more)."""
    size = strict_json.whole(batch.get("batch_size")) if isinstance(batch, Mapping) else None
    return size if size is not None and size > 1 else None


def _parse_encryption(
    members: Members, name: str, parse: Callable[[Members], Encryption]
) -> Encryption | None:
    """What is said of encryption; where it cannot be read, nothing, unless it is required."""
    if name not in members:
        return None
    said = members.object(name)
    try:
        return parse(said)
    except InvalidMessageError:
        if said.source.get("encryption_required") is True:
            raise
        return None


def _parse_configurations(members: Members) -> dict[str, ConfigurationMetadata]:
    if len(members.source) > MAX_CONFIGURATIONS:
        raise InvalidMessageError("The issuer lists too many credentials.")
    found, faults = {}, []
    for name in members.source:
        try:
            found[name] = _parse_configuration(name, members.object(name))
        except InvalidMessageError as error:
            faults.append(error.public)
    if not found:
        raise InvalidMessageError(
            "The issuer lists no credential that can be read.", detail="; ".join(faults[:3])
        )
    return found


def _parse_configuration(name: str, members: Members) -> ConfigurationMetadata:
    """One entry; what it says for people may stand in it directly, as drafts before 1.0 had it."""
    definition = members.object("credential_definition")
    metadata = members.object("credential_metadata") if "credential_metadata" in members else members
    proof_types = members.object("proof_types_supported")
    return ConfigurationMetadata(
        id=name,
        format=members.text("format"),
        signing_algorithms=_algorithms(members.source.get("credential_signing_alg_values_supported")),
        binding_methods=members.texts("cryptographic_binding_methods_supported", required=False),
        proof_types=_parse_proof_types(proof_types),
        attestation_required=_parse_required(proof_types),
        vct=members.optional_text("vct"),
        doctype=members.optional_text("doctype"),
        context=_texts(definition.source.get("@context")),
        types=definition.texts("type", required=False),
        scope=members.optional_text("scope"),
        display=parse_displays(metadata),
        claims=parse_claims(metadata),
    )


def _parse_proof_types(members: Members) -> dict[str, tuple[str, ...]]:
    """The algorithms of each proof type; one that names none in words is of no use, and left out."""
    found = {
        kind: _texts(entry.get("proof_signing_alg_values_supported"))
        for kind, entry in members.source.items()
        if isinstance(entry, Mapping)
    }
    return {kind: algorithms for kind, algorithms in found.items() if algorithms}


def _create_required(wanted: Resistance | None) -> dict[str, Any]:
    """`key_attestations_required`, the same for each proof type."""
    if wanted is None:
        return {}
    lists = {"key_storage": wanted.key_storage, "user_authentication": wanted.user_authentication}
    return {"key_attestations_required": {name: list(values) for name, values in lists.items() if values}}


def _parse_required(proof_types: Members) -> Resistance | None:
    """What any of the proof types that are known requires of attestations (§12.2.4)."""
    for kind in PROOF_TYPES:
        if kind in proof_types and "key_attestations_required" in proof_types.object(kind):
            wanted = proof_types.object(kind).object("key_attestations_required")
            return Resistance(
                wanted.texts("key_storage", required=False),
                wanted.texts("user_authentication", required=False),
            )
    return None


def _algorithms(value: object) -> tuple[str | int, ...]:
    """Names, or the numbers of COSE; what is neither is left out."""
    entries = value if isinstance(value, list) else []
    return tuple(entry for entry in entries if type(entry) in (str, int))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(entry for entry in value if isinstance(entry, str)) if isinstance(value, list) else ()
