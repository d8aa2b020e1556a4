"""The verifier's rows: what is offered, who is trusted, who was asked, what was booked."""

from verifier.models.account import OpenedAccount
from verifier.models.bank_file import BankFile, BankFileEntry
from verifier.models.g2p import AccountMapping, OwedAnswer, OwnKey, PayingPartner, ReceivedItem
from verifier.models.ledger import JournalEntry, LedgerAccount, Posting
from verifier.models.payment import PaymentEvent, PaymentInstruction
from verifier.models.programme import GatewayAccount, Programme
from verifier.models.record_access import ReadingConsent, ReadLog
from verifier.models.service import HostCertificate, Service, TrustedIssuer
from verifier.models.session import AuditEvent, PresentationSession
from verifier.models.voucher import Voucher

__all__ = [
    "AccountMapping",
    "AuditEvent",
    "BankFile",
    "BankFileEntry",
    "GatewayAccount",
    "HostCertificate",
    "JournalEntry",
    "LedgerAccount",
    "OpenedAccount",
    "OwedAnswer",
    "OwnKey",
    "PayingPartner",
    "PaymentEvent",
    "PaymentInstruction",
    "Posting",
    "PresentationSession",
    "Programme",
    "ReadLog",
    "ReadingConsent",
    "ReceivedItem",
    "Service",
    "TrustedIssuer",
    "Voucher",
]
