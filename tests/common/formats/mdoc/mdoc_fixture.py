"""An issuer of mdocs, its root and document signer, a device and a session, the same at every run."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from common.did import did_key
from common.encoding import base64url, cbor
from common.formats import FORMATS
from common.formats.base import Binding, Holder, Secured
from common.formats.mdoc.doctypes import MDL, PHOTO_ID
from common.keys import PrivateKey, certificate
from common.trust import iaca
from common.vcdm.credential import Credential, StatusReference
from tests.common.formats.fakes import StaticSources
from tests.common.formats.sd_jwt.salts import salts
from tests.conftest import NOW

FORMAT = FORMATS["mso_mdoc"]
ISSUER = "https://registry.example/issuers/transit"
ROOT_KEY = PrivateKey("P-256", bytes(31) + b"\x21")
SIGNER = PrivateKey("P-256", bytes(31) + b"\x22")
BEGINS, ENDS = NOW - timedelta(days=30), NOW + timedelta(days=400)
STATUS = StatusReference("TokenStatusList", f"{ISSUER}/status/token-1", 412)
PICTURE = "data:image/jpeg;base64,/9j/4AAQSkZJRg=="
SPACE = "org.iso.18013.5.1"
OWN = f"{ISSUER}/types/licence"


def root(key: PrivateKey = ROOT_KEY, **changes: Any) -> x509.Certificate:
    told = {"issuer": ISSUER, "country": "UT", "name": "Transit", "serial": 1, "not_before": BEGINS}
    told |= {"not_after": BEGINS + timedelta(days=3650), "revocations": f"{ISSUER}/iaca.crl"}
    return x509.load_der_x509_certificate(iaca.create_root(signer=key, **{**told, **changes}))


def document_signer(
    key: PrivateKey = SIGNER,
    *,
    above: x509.Certificate | None = None,
    by: PrivateKey = ROOT_KEY,
    **changes: Any,
) -> bytes:
    told = {"issuer": ISSUER, "name": "Transit", "serial": 2, "not_before": BEGINS, "not_after": ENDS}
    told |= {"revocations": f"{ISSUER}/iaca.crl"}
    return iaca.create_document_signer(
        key=key.public_key, root=above or ROOT, signer=by, **{**told, **changes}
    )


def pem(one: x509.Certificate) -> bytes:
    return one.public_bytes(Encoding.PEM)


ROOT = root()
LEAF = document_signer()
SOURCES = StaticSources(roots={f"{ISSUER}/iaca.pem": pem(ROOT)})
TRANSCRIPT = cbor.encode([None, None, ["OpenID4VPHandover", bytes(32)]])
BINDING = Binding("x509_san_dns:clinic.example", "nonce-1", session_transcript=TRANSCRIPT)
LICENCE = Credential(
    id="urn:uuid:1",
    issuer=ISSUER,
    issuer_name="Transit Office",
    type="DrivingLicence",
    doctype=MDL,
    vct=f"{ISSUER}/types/licence",
    claims={
        "family_name": "Quispe",
        "given_name": "Ana",
        "birth_date": "1990-05-25",
        "document_number": "L-0001",
        "portrait": PICTURE,
        "age_over_18": True,
        "height": 163,
        "blood_donor": False,
    },
    valid_from=NOW - timedelta(days=1),
    valid_until=NOW + timedelta(days=365),
    status=(STATUS,),
    certificates=(LEAF,),
)
PHOTO = replace(
    LICENCE, doctype=PHOTO_ID, claims={"family_name": "Quispe", "person_id": "P-0001", "shoe": 38}
)


def issue(credential: Credential = LICENCE, *, holder: PrivateKey, signer: PrivateKey = SIGNER) -> str:
    bound = Holder(holder.public_key, did_key.encode(holder.public_key))
    text = FORMAT.issue(credential, signer=signer, holder=bound, sources=SOURCES, now=NOW, salt=salts())
    assert isinstance(text, str)
    return text


def present(
    secured: str, holder: PrivateKey, *paths: tuple[str, str], binding: Binding = BINDING, now: datetime = NOW
) -> str:
    shown: Sequence[tuple[str, str]] | None = paths or None
    text = FORMAT.present(secured, disclose=shown, binding=binding, signer=holder, sources=SOURCES, now=now)
    assert isinstance(text, str)
    return text


def verify(secured: Secured, **more: Any) -> Any:
    return FORMAT.verify_credential(secured, **{"sources": SOURCES, "now": NOW, **more})


def verify_shown(presented: Secured, **more: Any) -> Any:
    told = {"binding": BINDING, "sources": SOURCES, "now": NOW, **more}
    return FORMAT.verify_presentation(presented, **told)


def opened(secured: str) -> Any:
    """The structure behind a text, to be changed by whoever has no business doing so."""
    return cbor.decode(base64url.decode(secured), tags=frozenset({24}))


def closed(structure: Any) -> str:
    return base64url.encode(cbor.encode(structure))


def without_address() -> x509.Certificate:
    """Our root as others make theirs: with no address in it."""
    plain = (
        x509.CertificateBuilder()
        .subject_name(ROOT.subject)
        .issuer_name(ROOT.subject)
        .public_key(ROOT_KEY.public_key.elliptic())
        .serial_number(1)
        .not_valid_before(BEGINS)
        .not_valid_after(ENDS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(ROOT.extensions.get_extension_for_class(x509.KeyUsage).value, critical=True)
    )
    return certificate.load(certificate.sign(plain, signer=ROOT_KEY))
