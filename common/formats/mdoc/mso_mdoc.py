"""mdoc (ISO/IEC 18013-5; OpenID4VCI A.2, OpenID4VP B.2), format identifier `mso_mdoc`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from common.encoding import base64url
from common.errors import MalformedInputError
from common.formats.base import (
    Binding,
    BindingMismatchError,
    Declared,
    Format,
    Holder,
    InvalidCredentialError,
    Preview,
    Secured,
    Sources,
    VerifiedCredential,
    VerifiedPresentation,
)
from common.formats.mdoc import compact, device_response, issuer_signed, item, mso
from common.formats.mdoc.doctypes import NAMESPACES, namespace
from common.formats.mdoc.issuer_signed import Items
from common.formats.mdoc.mso import DEFAULT_HASH, SecurityObject
from common.formats.query_meta import DoctypeValue
from common.formats.traits import Kind, PublishedType, Traits, TypeNames
from common.keys import Signer, certificate, cose, jwk
from common.vcdm.credential import ClaimPath, Credential

COSE_ALGORITHMS: Final = [number for numbers in cose.ALGORITHMS.values() for number in numbers]
TRAITS: Final = Traits(
    identifier=issuer_signed.FORMAT,
    query_meta=DoctypeValue(),
    vp_format={"issuerauth_alg_values": COSE_ALGORITHMS, "deviceauth_alg_values": COSE_ALGORITHMS},
    curve="P-256",
    algorithms=(cose.ALGORITHMS["P-256"][0],),
    status_list="token",
    certified=True,
    holder_binding="key",
    binding_methods=("cose_key",),
    namespaced=True,
    selective=True,
)


class Mdoc(Format):
    """The `Format` of mdoc: an IssuerSigned as credential, a DeviceResponse with it as presentation."""

    @property
    def traits(self) -> Traits:
        """Those of mdoc, which has no suites."""
        return TRAITS

    def issue(
        self,
        credential: Credential,
        *,
        signer: Signer,
        holder: Holder | None,
        sources: Sources,
        now: datetime,
        salt: Callable[[], str],
    ) -> Secured:
        """Secure a credential for the key of a device; `credential.certificates` vouch for the signer.

        `signed` is the day on which the credential begins, or today, so that credentials of one batch are
        not told apart by the second in which they were made.
        """
        if holder is None:
            raise MalformedInputError("An mdoc is made out to a key of its holder.")
        if credential.valid_until is None:
            raise MalformedInputError("An mdoc has an end.")
        if not credential.certificates:
            raise MalformedInputError("An mdoc brings its issuer's certificate.")
        leaf = certificate.load(credential.certificates[0])
        if certificate.public_key(leaf) != signer.public_key:
            raise MalformedInputError("This certificate is for another key than the issuer's.")
        items = _items(credential, country=issuer_signed.issuing_country(leaf), salt=salt)
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        payload = SecurityObject(
            doctype=credential.doctype or credential.vct,
            digests={
                name: {one.digest_id: one.digest(DEFAULT_HASH) for one in found}
                for name, found in items.items()
            },
            device_key=holder.key,
            signed=min(today, credential.valid_from),
            valid_from=credential.valid_from,
            valid_until=credential.valid_until,
            status=credential.status,
        )
        signed = issuer_signed.sign(items, payload, signer=signer, chain=credential.certificates)
        return compact.serialize(issuer_signed.encode(signed))

    def verify_credential(self, secured: Secured, *, sources: Sources, now: datetime) -> VerifiedCredential:
        """Verify an IssuerSigned as its holder receives it (ISO/IEC 18013-5 §9.3.1)."""
        kind, members = compact.parse(secured)
        if kind != "credential":
            raise InvalidCredentialError("This is a presentation made for somebody, not a credential.")
        return issuer_signed.verify(issuer_signed.parse(members), doctype=None, sources=sources, now=now)

    def present(
        self,
        secured: Secured,
        *,
        disclose: Sequence[ClaimPath] | None,
        binding: Binding,
        signer: Signer,
        sources: Sources,
        now: datetime,
    ) -> Secured:
        """A DeviceResponse with the elements at `disclose`, as namespace and name, and no others."""
        kind, members = compact.parse(secured)
        if kind != "credential":
            raise InvalidCredentialError("This is a presentation made for somebody, not a credential.")
        if binding.transaction_data:
            raise MalformedInputError(
                "This document cannot authorise transactions.", code="invalid_transaction_data"
            )
        signed = issuer_signed.parse(members)
        payload = mso.parse(signed.auth.payload or b"")
        if payload.device_key != signer.public_key:
            raise BindingMismatchError("This credential is bound to another key.")
        shown = signed if disclose is None else signed.only({_element(path) for path in disclose})
        return compact.serialize(
            device_response.create(
                payload.doctype, shown, session_transcript=_transcript(binding), signer=signer
            )
        )

    def verify_presentation(
        self, presented: Secured, *, binding: Binding, sources: Sources, now: datetime
    ) -> VerifiedPresentation:
        """Verify each document of a DeviceResponse, and that one device signed them all for this session."""
        kind, members = compact.parse(presented)
        if kind != "presentation":
            raise BindingMismatchError("This presentation lacks its holder's signature.")
        if binding.transaction_data:
            raise BindingMismatchError("An mdoc's holder cannot have signed these transaction data.")
        credentials, holders = [], set()
        for document in device_response.parse(members):
            credential = issuer_signed.verify(
                document.issuer_signed, doctype=document.doctype, sources=sources, now=now
            )
            assert credential.holder_key is not None
            device_response.verify_device(
                document, session_transcript=_transcript(binding), device_key=credential.holder_key
            )
            credentials.append(credential)
            holders.add(jwk.thumbprint(credential.holder_key))
        if len(holders) != 1:
            raise BindingMismatchError("The documents in this presentation belong to several devices.")
        return VerifiedPresentation(tuple(credentials), holders.pop(), ())

    def detect(self, secured: Secured) -> Kind | None:
        """CBOR as base64url text, an IssuerSigned or a DeviceResponse by its members."""
        if not isinstance(secured, str) or "~" in secured or secured.count(".") == 2:
            return None
        try:
            return compact.parse(secured)[0]
        except MalformedInputError as error:
            raise MalformedInputError(
                "This is neither a credential nor a presentation of a known format.", detail=error.public
            ) from error

    def parse_presentation(self, presented: Secured) -> Declared:
        """A DeviceResponse (ISO/IEC 18013-5 §8.3.2.1.2.2): the session that was signed does not travel."""
        documents = device_response.parse(compact.parse(presented)[1])
        within = (compact.serialize(data) for data in device_response.documents_of(documents))
        return Declared(tuple(within), None, None)

    def publish(self, names: TypeNames) -> PublishedType:
        """By its document type (OpenID4VCI 1.0 §A.2.2)."""
        return PublishedType(doctype=names.doctype)

    def claim_path(self, name: str, *, names: TypeNames) -> tuple[str, ...]:
        """Under its namespace."""
        return namespace(names.doctype, name, own=names.vct), name

    def preview(
        self, secured: Secured, *, document: Mapping[str, Any], disclose: Sequence[ClaimPath]
    ) -> Preview:
        """The elements at `disclose`, by namespace and name."""
        wanted = {_element(path) for path in disclose}
        shown = {
            space: {name: value for name, value in elements.items() if (space, name) in wanted}
            for space, elements in document.items()
        }
        elements = {space: elements for space, elements in shown.items() if elements}
        return Preview(elements, elements)


def _items(credential: Credential, *, country: str, salt: Callable[[], str]) -> Items:
    """The elements of a credential; their numbers follow their random bytes, so that they tell no order."""
    doctype, claims = credential.doctype or credential.vct, dict(credential.claims)
    if doctype in NAMESPACES:
        claims = _document_elements(credential, country=country) | claims
    drawn = sorted((base64url.decode(salt()), name) for name in claims)
    items: dict[str, tuple[item.Item, ...]] = {}
    for number, (random, name) in enumerate(drawn):
        made = item.create(digest_id=number, random=random, name=name, value=claims[name])
        space = namespace(doctype, name, own=credential.vct)
        items[space] = (*items.get(space, ()), made)
    return items


def _document_elements(credential: Credential, *, country: str) -> dict[str, Any]:
    """What a document of a standard type says of itself, unless the registry says otherwise."""
    assert credential.valid_until is not None
    return {
        "issue_date": credential.valid_from.date().isoformat(),
        "expiry_date": credential.valid_until.date().isoformat(),
        "issuing_authority": credential.issuer_name or credential.issuer,
        **({"issuing_country": country} if country else {}),
    }


def _element(path: ClaimPath) -> tuple[str, str]:
    """A claims path into an mdoc (OpenID4VP §7.2): a namespace and an element's name."""
    match path:
        case (str(space), str(name)):
            return space, name
    raise MalformedInputError("A claims path into an mdoc names a namespace and an element.")


def _transcript(binding: Binding) -> bytes:
    if binding.session_transcript is None:
        raise BindingMismatchError("An mdoc is shown in a session, and this request tells of none.")
    return binding.session_transcript
