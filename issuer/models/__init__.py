"""The issuer's rows, a module a subject."""

from issuer.models.access import AccessLog, AccessToken, Basis, Consent, DataAgreement
from issuer.models.authority import Authority
from issuer.models.authorization import AccessCode, Authorization
from issuer.models.certificate import Certificate
from issuer.models.configuration import Configuration
from issuer.models.issuance import Deferral, Delivery, IssuedCredential, Session, SpentValue, StatusChange
from issuer.models.registry import Lookup, Record, Registry, Removal
from issuer.models.spdci import (
    Announcement,
    Outgoing,
    OwnSubscription,
    SpdciService,
    Subscription,
    Transaction,
)
from issuer.models.status import StatusList
from issuer.models.supplied_claims import Supplied
from issuer.models.sync import Effect, Following, SyncRun

__all__ = [
    "AccessCode",
    "AccessLog",
    "AccessToken",
    "Announcement",
    "Authority",
    "Authorization",
    "Basis",
    "Certificate",
    "Configuration",
    "Consent",
    "DataAgreement",
    "Deferral",
    "Delivery",
    "Effect",
    "Following",
    "IssuedCredential",
    "Lookup",
    "Outgoing",
    "OwnSubscription",
    "Record",
    "Registry",
    "Removal",
    "Session",
    "SpdciService",
    "SpentValue",
    "StatusChange",
    "StatusList",
    "Subscription",
    "Supplied",
    "SyncRun",
    "Transaction",
]
