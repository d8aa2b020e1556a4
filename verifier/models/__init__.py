"""The verifier's rows: what is offered, who is trusted, who was asked, what was booked."""

from verifier.models.ledger import JournalEntry, LedgerAccount, Posting
from verifier.models.opened import OpenedAccount
from verifier.models.payment import PaymentEvent, PaymentInstruction
from verifier.models.programme import GatewayAccount, Programme
from verifier.models.reading import ReadingConsent, ReadLog
from verifier.models.service import Certificate, Service, TrustedIssuer
from verifier.models.session import AuditEvent, PresentationSession

__all__ = [
    "AuditEvent",
    "Certificate",
    "GatewayAccount",
    "JournalEntry",
    "LedgerAccount",
    "OpenedAccount",
    "PaymentEvent",
    "PaymentInstruction",
    "Posting",
    "PresentationSession",
    "Programme",
    "ReadLog",
    "ReadingConsent",
    "Service",
    "TrustedIssuer",
]
