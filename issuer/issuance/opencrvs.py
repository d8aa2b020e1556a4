"""Issuing for OpenCRVS: it says what was registered, the authority that it names signs.

The credential has a place in the authority's status lists like any other: `set_status` finds it by its
number, an officer by the registration number.
"""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django.db import transaction

from common.errors import SelloError
from common.formats import sd_jwt_vc, vc_jwt
from common.formats.w3c import status_entries
from common.keys import jws
from common.rdf.contexts import CREDENTIALS_V1
from common.registries.opencrvs import records
from common.registries.opencrvs.records import OfferRequest, OpenCrvsRequestError, SignRequest
from common.vcdm.credential import ClaimPath
from issuer.authorities import identity
from issuer.configurations.types import find_configuration
from issuer.issuance import offers, supplied_claims
from issuer.issuance.credential import CredentialContent
from issuer.models import Authority, Configuration, IssuedCredential, StatusList
from issuer.status.cards import lock_open_cards, require_not_suspended
from issuer.status.indexes import allocate_indexes

# What OpenCRVS asks for: an offer of the one, a token for paper of the other.
SD_JWT: Final = sd_jwt_vc.FORMAT
JWT: Final = vc_jwt.OPENID
BASE_TYPE: Final = "VerifiableCredential"


class UnknownIssuerDidError(SelloError):
    """A DID that is not that of an authority of this installation."""

    code = "unknown_issuer"
    status = 404


def offer_for_opencrvs(request: OfferRequest, *, now: datetime) -> str:
    """The address of an offer (`openid-credential-offer://…`) of what the request says.

    The configuration may be named with or without its format.
    """
    authority = _authority(request.issuer)
    configuration = find_configuration(request.configuration.removesuffix(f".{SD_JWT}"))
    if configuration.authority != authority:
        raise OpenCrvsRequestError("This type of credential belongs to another authority.")
    content = CredentialContent(
        claims=request.claims,
        disclosable=_disclosable(configuration, request),
        lifetime=request.mapped.lifetime,
        numbered=request.mapped.numbered,
    )
    with transaction.atomic():
        key = _key(request.claims)
        made = offers.offer_credential(configuration, key, formats=(SD_JWT,), elsewhere=True, now=now)
        supplied_claims.keep_supplied(made.session, content, now=now)
    return made.uri


def sign_for_opencrvs(request: SignRequest, *, now: datetime) -> str:
    """A JWT of a credential for paper (VC Data Model 1.1 §6.3.1), as short as its QR code wants it.

    What the registered claims say is not said again under `vc`; whoever reads it puts it back.
    """
    authority, key = _authority(request.issuer), _key(request.claims)
    said = list(Configuration.objects.filter(registry__authority=authority, type__in=request.types))
    configuration = said[0] if said else None
    for each in said:
        require_not_suspended(each, key)
    [slot] = allocate_indexes(authority, StatusList.Kind.BITSTRING, 1)
    signer = identity.authority_signer(authority, "P-256")
    number, times = uuid.uuid4(), records.times(request.mapped, now=now)
    document: dict[str, Any] = {
        "@context": [CREDENTIALS_V1, *([configuration.type_url] if configuration else [])],
        "type": [BASE_TYPE, *(name for name in request.types if name != BASE_TYPE)],
        "credentialSubject": request.claims,
        "credentialStatus": status_entries.create_status_entries(slot.references()[:1])[0],
    }
    claims = {"iss": authority.did, "sub": request.subject, "jti": number.urn, **times, "vc": document}
    token = jws.sign({"typ": "JWT", "kid": signer.key_id}, claims, signer=signer)
    with transaction.atomic():
        for each in said:  # none of these cards was suspended while it was signed
            lock_open_cards(each, [key])
        IssuedCredential.objects.create(
            id=number,
            configuration=configuration,
            record_key=key,
            format=JWT,
            status_list=slot.status_list,
            status_index=slot.index,
            issued_at=now,
            expires_at=datetime.fromtimestamp(times["exp"], UTC) if "exp" in times else None,
        )
    return token


def _disclosable(configuration: Configuration, request: OfferRequest) -> tuple[ClaimPath, ...]:
    """What the holder may show alone: of claims that the type describes as it says, of others as was asked.

    Wallets hold a credential to the metadata of its type (SD-JWT VC §4.6).
    """
    described = {claim.name: claim for claim in configuration.claim_list()}
    lacking = [name for name, claim in described.items() if claim.mandatory and name not in request.claims]
    if lacking:
        raise OpenCrvsRequestError(f"credentialData lacks what this type says always: {', '.join(lacking)}.")
    typed = [(name,) for name, claim in described.items() if claim.selectively_disclosable]
    asked = [path for path in request.disclosable if len(path) > 1 or path[0] not in described]
    return (*typed, *asked)


def _key(claims: Mapping[str, Any]) -> str:
    """Under which a credential is found again; a record of that key in a registry here is another one."""
    return f"opencrvs:{records.registration_number(claims) or uuid.uuid4()}"


def _authority(did: str) -> Authority:
    """The authority of that DID, or of that issuer address."""
    for authority in Authority.objects.filter(slug=did.rstrip("/").rpartition("/")[2].rpartition(":")[2]):
        if did in (authority.did, authority.identifier):
            return authority
    raise UnknownIssuerDidError("issuerDid is not the DID of an authority of this installation.")
