"""IssuerSigned (ISO/IEC 18013-5 §8.3.2.1.2.2): data elements, and the issuer's word for their digests."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from cryptography.x509 import Certificate
from cryptography.x509.oid import NameOID

from common.encoding import cbor
from common.errors import MalformedInputError
from common.formats.base import (
    ExpiredError,
    InvalidCredentialError,
    NotYetValidError,
    Sources,
    VerifiedCredential,
)
from common.formats.mdoc import item, mso
from common.formats.mdoc.item import Item
from common.formats.mdoc.mso import SecurityObject
from common.keys import Signer, certificate, cose

FORMAT: Final = "mso_mdoc"
MAX_ITEMS: Final = 1_000
Items = Mapping[str, tuple[Item, ...]]


@dataclass(frozen=True, slots=True)
class IssuerSigned:
    """The structure taken apart; nothing in it is to be believed before `verify`."""

    items: Items
    auth: cose.Sign1
    encoded_auth: Any  # as it travels

    @property
    def chain(self) -> tuple[bytes, ...]:
        """The issuer's certificates, DER, the signer's own first (`x5chain`, RFC 9360 §2)."""
        value = self.auth.unprotected.get(cose.X5CHAIN, self.auth.headers.get(cose.X5CHAIN))
        chain = tuple(value) if isinstance(value, list | tuple) else (value,)
        if not chain or not all(isinstance(entry, bytes) for entry in chain):
            raise InvalidCredentialError("This mdoc does not bring its issuer's certificate.")
        return chain

    @property
    def document(self) -> dict[str, dict[str, Any]]:
        """The elements' values by namespace and name, as JSON has them."""
        return {name: {one.name: one.value for one in items} for name, items in self.items.items()}

    def structure(self) -> dict[str, Any]:
        """What CBOR makes of it; nameSpaces is left out where nothing is shown."""
        shown = {name: [one.tagged for one in items] for name, items in self.items.items() if items}
        return {**({"nameSpaces": shown} if shown else {}), "issuerAuth": self.encoded_auth}

    def only(self, wanted: Collection[tuple[str, str]]) -> "IssuerSigned":
        """The same with the elements `wanted`, as namespace and name, and no others."""
        items = {
            name: tuple(one for one in found if (name, one.name) in wanted)
            for name, found in self.items.items()
        }
        return replace(self, items={name: found for name, found in items.items() if found})


def sign(items: Items, payload: SecurityObject, *, signer: Signer, chain: tuple[bytes, ...]) -> IssuerSigned:
    """The issuer's signature over a security object; `x5chain` is one certificate, or an array of several."""
    auth = cose.sign1(
        mso.encode(payload),
        signer=signer,
        unprotected={cose.X5CHAIN: chain[0] if len(chain) == 1 else list(chain)},
    )
    return IssuerSigned(items, cose.parse(auth), auth)


def parse(value: object) -> IssuerSigned:
    """Read an IssuerSigned that CBOR gave; an element that stands twice is refused."""
    if not isinstance(value, Mapping) or "issuerAuth" not in value:
        raise MalformedInputError("This mdoc lacks its issuer's signature.")
    spaces = value.get("nameSpaces", {})
    if not isinstance(spaces, Mapping) or not all(
        isinstance(found, list | tuple) for found in spaces.values()
    ):
        raise MalformedInputError("The elements of this mdoc are not listed by namespace.")
    if sum(map(len, spaces.values())) > MAX_ITEMS or not all(isinstance(name, str) for name in spaces):
        raise MalformedInputError("This mdoc has too many elements.")
    items = {name: tuple(item.parse(one) for one in found) for name, found in spaces.items()}
    for found in items.values():
        if len({one.name for one in found}) != len(found) or len({one.digest_id for one in found}) != len(
            found
        ):
            raise MalformedInputError("An element of this mdoc stands twice.")
    return IssuerSigned(items, cose.parse(value["issuerAuth"]), value["issuerAuth"])


def verify(
    signed: IssuerSigned, *, doctype: str | None, sources: Sources, now: datetime
) -> VerifiedCredential:
    """The credential, once everything of ISO/IEC 18013-5 §9.3.1 holds.

    1 the certificate is its issuer's · 2 its key signed the security object · 3 each element has its digest
    there · 4 the type is the one that stands outside · 5 it was signed while the certificate was valid, and
    is valid now · 6 the country named is the certificate's. Trust in that issuer is asked elsewhere.
    """
    method = sources.document_signer(signed.chain)  # 1
    payload = mso.parse(cose.verify(signed.auth, key=method.public_key))  # 2
    _check_digests(signed.items, payload)  # 3
    if doctype is not None and payload.doctype != doctype:  # 4
        raise InvalidCredentialError("This mdoc was signed as a document of another type.")
    signer = certificate.load(signed.chain[0])
    if not signer.not_valid_before_utc <= payload.signed <= signer.not_valid_after_utc:  # 5
        raise InvalidCredentialError("This mdoc was signed when its issuer's certificate was not valid.")
    if now < payload.valid_from:
        raise NotYetValidError("This credential is not valid yet.")
    if payload.valid_until <= now:
        raise ExpiredError("This credential has expired.")
    document = signed.document
    _check_country(document, signer)  # 6
    return VerifiedCredential(
        format=FORMAT,
        id=None,
        issuer=method.controller,
        key_id=method.id,
        types=(payload.doctype,),
        document=document,
        claims=document,
        subject=None,
        holder_key=payload.device_key,
        valid_from=payload.valid_from,
        valid_until=payload.valid_until,
        status=payload.status,
        authority_keys=certificate.authority_key_ids(signed.chain),
        certificates=method.certificates,
    )


def issuing_country(signer: Certificate) -> str:
    """The country in a certificate's subject, empty where it names none or several."""
    names = signer.subject.get_attributes_for_oid(NameOID.COUNTRY_NAME)
    return str(names[0].value) if len(names) == 1 else ""


def _check_digests(items: Items, payload: SecurityObject) -> None:
    for name, found in items.items():
        digests = payload.digests.get(name, {})
        if any(digests.get(one.digest_id) != one.digest(payload.algorithm) for one in found):
            raise InvalidCredentialError("An element of this mdoc is not as its issuer signed it.")


def _check_country(document: Mapping[str, Mapping[str, Any]], signer: Certificate) -> None:
    for name, elements in document.items():
        named = elements.get("issuing_country")
        if name.startswith("org.iso.") and named is not None and named != issuing_country(signer):
            raise InvalidCredentialError("This mdoc names another country than its issuer's certificate.")


def encode(signed: IssuerSigned) -> bytes:
    """The bytes of a credential as it is handed to its holder."""
    return cbor.encode(signed.structure())
