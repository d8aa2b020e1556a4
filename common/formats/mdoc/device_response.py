"""DeviceResponse (ISO/IEC 18013-5 §8.3.2.1.2.2): what a device shows, signed by it for one session."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from common.encoding import cbor
from common.errors import MalformedInputError, SelloError
from common.formats.base import BindingMismatchError
from common.formats.mdoc import issuer_signed
from common.formats.mdoc.issuer_signed import IssuerSigned
from common.keys import PublicKey, Signer, cose

VERSION: Final = "1.0"
OK: Final = 0
MAX_DOCUMENTS: Final = 10
NOTHING_OF_ITS_OWN: Final = cbor.embed(cbor.encode({}))  # DeviceNameSpaces: the device adds no elements


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a response, its device's signature not looked at yet."""

    doctype: str
    issuer_signed: IssuerSigned
    device_namespaces: cbor.Embedded  # as it was received, for the device signed it so
    device_signature: cose.Sign1


def create(doctype: str, shown: IssuerSigned, *, session_transcript: bytes, signer: Signer) -> bytes:
    """The response with one document (HAIP 1.0 §5.3.1), signed by the device for this session (§9.1.3.6)."""
    payload = _device_authentication(session_transcript, doctype, NOTHING_OF_ITS_OWN)
    device_signed = {
        "nameSpaces": NOTHING_OF_ITS_OWN,
        "deviceAuth": {"deviceSignature": cose.sign1(payload, signer=signer, detached=True)},
    }
    document = {"docType": doctype, "issuerSigned": shown.structure(), "deviceSigned": device_signed}
    return cbor.encode({"version": VERSION, "documents": [document], "status": OK})


def parse(value: object) -> tuple[Document, ...]:
    """The documents of a DeviceResponse that CBOR gave; a response that reports an error is refused."""
    if not isinstance(value, Mapping) or not isinstance(value.get("version"), str):
        raise MalformedInputError("This is not a DeviceResponse.")
    if value["version"].split(".")[0] != "1" or value.get("status") != OK:
        raise MalformedInputError("This DeviceResponse has another version, or reports an error.")
    documents = value.get("documents")
    if not isinstance(documents, list | tuple) or not 0 < len(documents) <= MAX_DOCUMENTS:
        raise MalformedInputError(f"A DeviceResponse holds one to {MAX_DOCUMENTS} documents.")
    return tuple(_document(one) for one in documents)


def verify_device(document: Document, *, session_transcript: bytes, device_key: PublicKey) -> None:
    """Raise unless the device to which the issuer bound the document signed it for this session (§9.1.3)."""
    signed = _device_authentication(session_transcript, document.doctype, document.device_namespaces)
    try:
        cose.verify(document.device_signature, key=device_key, detached=signed)
    except SelloError as error:
        raise BindingMismatchError(
            "This presentation was made by another device, or for another request.", detail=str(error)
        ) from error


def _device_authentication(session_transcript: bytes, doctype: str, namespaces: cbor.Embedded) -> bytes:
    """DeviceAuthenticationBytes (§9.1.3.4); the transcript goes in as it is, byte by byte."""
    array = b"".join(
        (
            b"\x84",
            cbor.encode("DeviceAuthentication"),
            session_transcript,
            cbor.encode(doctype),
            namespaces.encoded,
        )
    )
    return cbor.encode(cbor.embed(array))


def _document(value: object) -> Document:
    doctype, device = (
        (value.get("docType"), value.get("deviceSigned")) if isinstance(value, Mapping) else (0, 0)
    )
    if not isinstance(value, Mapping) or not isinstance(doctype, str) or not isinstance(device, Mapping):
        raise MalformedInputError("A document in this DeviceResponse is none.")
    namespaces = device.get("nameSpaces")
    if not isinstance(namespaces, cbor.Embedded):
        raise MalformedInputError("A document in this DeviceResponse lacks its device's elements.")
    return Document(
        doctype=doctype,
        issuer_signed=issuer_signed.parse(value.get("issuerSigned")),
        device_namespaces=namespaces,
        device_signature=_signature(device.get("deviceAuth")),
    )


def _signature(auth: Any) -> cose.Sign1:
    """The device's signature; a MAC would need a key agreed with this reader, and none is offered."""
    if not isinstance(auth, Mapping) or "deviceSignature" not in auth or len(auth) != 1:
        raise BindingMismatchError("This presentation lacks its holder's signature.")
    return cose.parse(auth["deviceSignature"])


def documents_of(shown: Sequence[Document]) -> tuple[bytes, ...]:
    """The credentials within, as their issuers made them but for what was not shown."""
    return tuple(issuer_signed.encode(one.issuer_signed) for one in shown)
