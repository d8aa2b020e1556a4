"""What a person is told of: a credential that was issued, and a reading of the record."""

from datetime import datetime, timedelta

from common.keys import PrivateKey, jwk
from common.notices.models import Notice
from issuer.models import (
    AccessLog,
    IssuedCredential,
    Registry,
    StatusList,
)
from issuer.record_access.log import RecordAccess, log_read

CLINIC = "did:web:clinic.example"


SENSITIVE = {
    "farmer_id": "F-0001", "given_name": "Ñusta", "family_name": "Quispe Mamani", "national_id": "40170001",
    "crop": "quinoa", "email": "nusta@example.org", "phone": "+999 712 345 678", "language": "Español",
}  # fmt: skip


def issued(
    registry: Registry,
    key: PrivateKey | None,
    now: datetime,
    *,
    index: int = 1,
    format_: str = "dc+sd-jwt",
    record: str = "F-0001",
) -> IssuedCredential:
    configuration = registry.configurations.get()
    status_list, _ = StatusList.objects.get_or_create(
        authority=configuration.authority, kind="token", number=1
    )
    return IssuedCredential.objects.create(
        configuration=configuration, record_key=record, format=format_, status_list=status_list,
        status_index=index, issued_at=now, expires_at=now + timedelta(days=365),
        holder_thumbprint=jwk.thumbprint(key.public_key) if key else "",
    )  # fmt: skip


def channels() -> list[str]:
    return sorted(Notice.objects.values_list("channel", flat=True))


def read(
    registry: Registry,
    now: datetime,
    *,
    client: str = CLINIC,
    key: str = "F-0001",
    number: int = 1,
    basis: str = "consent",
    by: str = "",
) -> AccessLog:
    access = RecordAccess(
        request_id=f"r-{number}", client_id=client, client_name="Clinic", purpose="Care",
        attributes=["crop"], basis=basis, legal_basis="Law 1" if basis == "law" else "",
        record_key=key, holder_thumbprint=by,
    )  # fmt: skip
    return log_read(registry, access, now=now)
