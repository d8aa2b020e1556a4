"""The issuer's rows, a module a subject."""

from issuer.models.access import AccessLog, AccessToken, Basis, Consent, DataAgreement
from issuer.models.authority import Authority
from issuer.models.authorization import AccessCode, Authorization
from issuer.models.certificate import Certificate
from issuer.models.configuration import Configuration
from issuer.models.issuance import Deferral, Delivery, IssuedCredential, Session, SpentValue, StatusChange
from issuer.models.registry import Record, Registry
from issuer.models.status import StatusList

__all__ = [
    "AccessCode",
    "AccessLog",
    "AccessToken",
    "Authority",
    "Authorization",
    "Basis",
    "Certificate",
    "Configuration",
    "Consent",
    "DataAgreement",
    "Deferral",
    "Delivery",
    "IssuedCredential",
    "Record",
    "Registry",
    "Session",
    "SpentValue",
    "StatusChange",
    "StatusList",
]
