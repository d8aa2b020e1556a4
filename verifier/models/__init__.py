"""The verifier's rows: what is offered, who is trusted, who was asked, what was booked."""

from verifier.models.ledger import JournalEntry, LedgerAccount, OutboxMessage, Posting
from verifier.models.opened import OpenedAccount
from verifier.models.reading import ReadingConsent, ReadLog
from verifier.models.service import Certificate, Service, TrustedIssuer
from verifier.models.session import AuditEvent, PresentationSession

__all__ = [
    "AuditEvent",
    "Certificate",
    "JournalEntry",
    "LedgerAccount",
    "OpenedAccount",
    "OutboxMessage",
    "Posting",
    "PresentationSession",
    "ReadLog",
    "ReadingConsent",
    "Service",
    "TrustedIssuer",
]
