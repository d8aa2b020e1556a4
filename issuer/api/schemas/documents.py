"""What an authority publishes: keys, offers by reference, status lists, credential types."""

from typing import Any, Final

from common.adapters.api.openapi.json_schema import (
    ANY_OBJECT,
    FILE,
    TEXT,
    URL,
    WHOLE,
    Component,
    array_of,
    enum_of,
    explained,
    object_of,
    one_of,
)
from common.adapters.api.openapi.operation import JSON, Operation, OperationParameter, ResponseObject
from common.adapters.api.openapi.refusals import NO_SUCH_ADDRESS, ErrorCode, oauth_refusals, refusals_at
from common.oid4vci.offer import AUTHORIZATION_CODE, PRE_AUTHORIZED
from common.status import token, token_cwt
from common.trust import revocations
from common.trust.document_signers import PEM
from issuer.api.schemas.addresses import AUTHORITY, ISSUER

DOCUMENTS: Final = "issuer documents"
NAME: Final = OperationParameter("name", "The name that the document bears in its address.", "path")
OBJECTS: Final = array_of(ANY_OBJECT)
TEXTS: Final = array_of(TEXT)

JWKS: Final = Component("JwkSet", object_of({"keys": array_of(ANY_OBJECT)}))
JWT_VC_ISSUER: Final = Component("JwtVcIssuerMetadata", object_of({"issuer": URL, "jwks": JWKS}))
DID_DOCUMENT: Final = Component(
    "DidDocument",
    object_of(
        {"@context": TEXTS, "id": TEXT, "verificationMethod": OBJECTS},
        {"assertionMethod": TEXTS, "authentication": TEXTS},
    ),
)
TX_CODE: Final = Component(
    "TxCode",
    object_of({}, {"input_mode": enum_of("numeric", "text"), "length": WHOLE, "description": TEXT}),
)
PRE_AUTHORIZED_GRANT: Final = Component(
    "PreAuthorizedCodeGrant",
    object_of({"pre-authorized_code": TEXT}, {"tx_code": TX_CODE, "authorization_server": URL}),
)
SIGN_IN_GRANT: Final = Component(
    "AuthorizationCodeGrant", object_of({}, {"issuer_state": TEXT, "authorization_server": URL})
)
GRANTS: Final = Component(
    "OfferGrants", object_of({}, {AUTHORIZATION_CODE: SIGN_IN_GRANT, PRE_AUTHORIZED: PRE_AUTHORIZED_GRANT})
)
OFFER: Final = Component(
    "CredentialOffer",
    object_of(
        {"credential_issuer": URL, "credential_configuration_ids": array_of(TEXT, minItems=1)},
        {"grants": GRANTS},
    ),
)
STATUS_CREDENTIAL: Final = Component(
    "StatusListCredential",
    object_of(
        {
            "@context": TEXTS,
            "type": TEXTS,
            "issuer": TEXT,
            "credentialSubject": object_of(
                {"type": TEXT, "statusPurpose": TEXT, "encodedList": explained(TEXT, "Multibase, GZIP.")}
            ),
            "proof": one_of(ANY_OBJECT, OBJECTS),
        },
        {"id": TEXT, "validFrom": TEXT, "validUntil": TEXT},
    ),
)
CREDENTIAL_TYPE: Final = Component(
    "CredentialType",
    object_of(
        {},
        {
            "vct": URL,
            "name": TEXT,
            "description": TEXT,
            "display": OBJECTS,
            "claims": OBJECTS,
            "@context": explained({}, "The JSON-LD context, for whoever names no media type."),
        },
    ),
)


def document_operation(
    id: str, summary: str, clause: str, contents: dict[str, Any], example: Any, **further: Any
) -> Operation:
    """An operation that gives one document to everyone."""
    return Operation(
        id=id,
        summary=summary,
        clause=clause,
        tag=DOCUMENTS,
        parameters=(AUTHORITY, *further.pop("parameters", ())),
        responses=(
            ResponseObject(200, "The document.", contents, {"document": example}),
            *further.pop("responses", (NO_SUCH_ADDRESS,)),
        ),
        **further,
    )


GET_JWT_VC_ISSUER: Final = document_operation(
    "get_jwt_vc_issuer",
    "Read the keys of SD-JWT VCs",
    "SD-JWT VC, JWT VC Issuer Metadata",
    {JSON: JWT_VC_ISSUER},
    {
        "issuer": ISSUER,
        "jwks": {"keys": [{"kty": "EC", "crv": "P-256", "kid": "did:web:office.example#p-256"}]},
    },
)
GET_DID: Final = document_operation(
    "get_did_document",
    "Read the authority's DID document",
    "did:web §2.5, DID Core §5",
    {JSON: DID_DOCUMENT},
    {
        "@context": ["https://www.w3.org/ns/did/v1"],
        "id": "did:web:office.example:issuers:civil-registry",
        "verificationMethod": [],
    },
)
GET_ROOT: Final = document_operation(
    "get_root_certificate",
    "Read the root of the authority's mdocs",
    "ISO/IEC 18013-5 annex B.1.2",
    {PEM: TEXT},
    "-----BEGIN CERTIFICATE-----\n…",
)
GET_REVOCATIONS: Final = document_operation(
    "get_revocation_list",
    "Read which document signers that root took back",
    "RFC 5280 §5",
    {revocations.MEDIA_TYPE: FILE},
    "DER",
)
GET_OFFER: Final = document_operation(
    "get_credential_offer",
    "Read a credential offer by its reference",
    "OpenID4VCI 1.0 §4.1.3",
    {JSON: OFFER},
    {
        "credential_issuer": ISSUER,
        "credential_configuration_ids": ["birth.dc+sd-jwt"],
        "grants": {PRE_AUTHORIZED: {"pre-authorized_code": "SplxlOBe", "tx_code": {"length": 6}}},
    },
    parameters=(OperationParameter("reference", "The secret end of credential_offer_uri.", "path"),),
    responses=refusals_at(
        404,
        oauth_refusals(ErrorCode("invalid_grant", 404, "This offer has expired or was already used.")),
        NO_SUCH_ADDRESS,
    ),
)


def _status_list(id: str, path: str, *parameters: OperationParameter) -> Operation:
    return document_operation(
        id,
        "Read a status list",
        "Bitstring Status List 1.0 §4.2, Token Status List §8",
        {
            "application/vc": STATUS_CREDENTIAL,
            "application/ld+json": STATUS_CREDENTIAL,
            JSON: STATUS_CREDENTIAL,
        }
        | {token.MEDIA_TYPE: TEXT, token_cwt.MEDIA_TYPE: FILE},
        {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": "did:web:office.example:issuers:civil-registry",
            "credentialSubject": {
                "type": "BitstringStatusList",
                "statusPurpose": "revocation",
                "encodedList": "uH4sI…",
            },
            "proof": {"type": "DataIntegrityProof"},
        },
        path=path,
        parameters=(NAME, *parameters),
        responses=(ResponseObject(304, "As If-None-Match has it (RFC 9110 §13.1.2)."), NO_SUCH_ADDRESS),
    )


GET_STATUS_LIST: Final = (
    _status_list("get_status_list", "/issuers/{authority}/status/{name}"),
    _status_list(
        "get_status_list_by_key",
        "/vc-api/issuers/{authority}/{curve}/status/{name}",
        OperationParameter(
            "curve", "Of the authority's did:key that signs the list.", "path", example="P-256"
        ),
    ),
)
GET_TYPE: Final = document_operation(
    "get_credential_type",
    "Read a credential type: type metadata, JSON Schema, JSON-LD context, or a page",
    "SD-JWT VC §5, VC Data Model 2.0 §4.11",
    {
        JSON: CREDENTIAL_TYPE,
        "application/schema+json": explained(ANY_OBJECT, "JSON Schema 2020-12 of credentials of this type."),
        "application/ld+json": explained(ANY_OBJECT, "The JSON-LD context of this type."),
        "text/html": explained(TEXT, "The same for people."),
    },
    {"vct": f"{ISSUER}/types/birth", "name": "Birth", "display": [], "claims": [{"path": ["given_name"]}]},
    parameters=(NAME,),
)
