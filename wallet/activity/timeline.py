"""Everything that happened with a person's data, in one list: shown, read, changed, paid.

The person's own history is opened; all else is what offices and services say at this moment. Whoever does
not answer is named, since what they know is missing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Literal
from uuid import UUID

from common.encoding import display
from common.notices.messages import InboxNotice
from common.payments.log import PaymentEntry, parse_payment_log
from common.registries.record_access.holder import create_log_request
from wallet.account.vault import Vault
from wallet.activity import access_log, consents, contacts, inbox
from wallet.activity.access_log import AuthorityLog, LoggedAccess
from wallet.activity.consents import ReportedConsent
from wallet.activity.contacts import Contact
from wallet.credentials import cards
from wallet.presentation import history
from wallet.presentation.history import ShownCard

SAME_MOMENT: Final = timedelta(seconds=2)
Kind = Literal["shown", "read", "changed", "paid"]
KINDS: Final[dict[Kind, str]] = {
    "shown": "What you showed",
    "read": "What was read",
    "changed": "What changed",
    "paid": "Payments",
}
PAID: Final = {"sent": "payment_sent", "settled": "payment_settled"}  # as a notice says it
WHY: Final = {  # where the sender gives no reason of its own
    "ready": "It was prepared for you",
    "expiring": "It is valid for a time",
    "changed": "The register says something else now",
}
# What a notice is about; the kinds that nobody here knows yet are changes.
ABOUT: Final[dict[str, Kind]] = {"data_read": "read", "payment_sent": "paid", "payment_settled": "paid"}


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """One thing that happened: when, who, what, why; `state` is a word for it (STATUSES).

    `language` and `direction` are of `what`, where somebody else chose them.
    """

    at: datetime
    kind: Kind
    state: str
    who: str
    what: tuple[str, ...]
    why: str = ""
    where: str = ""
    note: str = ""
    language: str = ""
    direction: str = ""
    source: str = ""  # the address of whose account this is, empty for the person's own
    new: bool = False
    entry: UUID | None = None  # of the person's own history, which they may delete
    fetch: str = ""  # the notice by which its `source` offers a card


@dataclass(frozen=True, slots=True)
class Activity:
    """The lines, the latest first; what may be read again; and the names of those who did not answer."""

    lines: tuple[ActivityLine, ...]
    standing: tuple[tuple[str, ReportedConsent], ...]
    silent: tuple[str, ...]

    @property
    def readers(self) -> tuple[tuple[str, tuple[ReportedConsent, ...]], ...]:
        """What may be read again, each with its office, as the person withdraws it: at once.

        Agreed to twice for one purpose it is one; a single reading goes with what the same reader may read
        for a time.
        """
        together: dict[tuple[str, str, str, str], list[ReportedConsent]] = {}
        names = {}
        for office, given in sorted(self.standing, key=lambda each: not each[1].lasting):
            known = (given.authority, given.registry, given.reader)
            same = (each for each in together if each[:3] == known and not given.lasting)
            key = next(same, (*known, given.purpose))
            together.setdefault(key, []).append(given)
            names[key] = office
        return tuple((names[key], tuple(each)) for key, each in together.items())

    def only(self, kind: str) -> "Activity":
        """The lines of one kind; all of them for any other word."""
        if kind not in KINDS:
            return self
        return replace(self, lines=tuple(line for line in self.lines if line.kind == kind))


@dataclass(slots=True)
class _Collected:
    """What was gathered so far; `told` is who gave an account, to which a notice adds nothing."""

    lines: list[ActivityLine]
    standing: list[tuple[str, ReportedConsent]] = field(default_factory=list)
    silent: dict[str, None] = field(default_factory=dict)
    told: set[tuple[str, Kind]] = field(default_factory=set)


def activity(vault: Vault, *, now: datetime) -> Activity:
    """All of it, as of now; notices count as read from here on.

    1 what the person's own history says · 2 who read records · 3 consents that ended, or still stand ·
    4 payments · 5 notices, where nobody has told the same · 6 the latest first.
    """
    found = _Collected([*_shown(vault), *_arrived(vault)])  # 1
    _add_readings(found, vault, now)  # 2
    _add_consents(found, vault, now)  # 3
    _add_payments(found, vault, now)  # 4
    news = _add_notices(found, vault, now)  # 5
    lines = [replace(line, new=True) if _is_news(line, news) else line for line in found.lines]
    lines.sort(key=lambda line: line.at, reverse=True)  # 6
    return Activity(tuple(lines), tuple(found.standing), tuple(found.silent))


def _add_readings(found: _Collected, vault: Vault, now: datetime) -> None:
    for authority in access_log.access_logs(vault, now=now):
        if not authority.answered:
            found.silent[authority.authority] = None
        if authority.readings:
            found.told.add((authority.identifier, "read"))
        found.lines += [_reading(authority, reading) for reading in authority.readings]


def _add_consents(found: _Collected, vault: Vault, now: datetime) -> None:
    for listed in consents.reported_consents(vault, now=now):
        if not listed.answered:
            found.silent[listed.name] = None
        found.standing += [(listed.name, given) for given in listed.consents if given.state == "active"]
        found.lines += [_ended(listed.name, given) for given in listed.consents if given.state != "active"]


def _add_payments(found: _Collected, vault: Vault, now: datetime) -> None:
    payers = {
        each.reference: entry.name for entry in history.recorded_requests(vault) for each in entry.signed
    }
    for service in contacts.verifier_contacts(vault):
        create = partial(create_log_request, audience=f"{service.url}/payments/log")
        payments = contacts.ask_contact(service, "/payments/log", create, parse_payment_log, now=now)
        if payments is None:
            found.silent |= dict.fromkeys(service.names)
        if payments:
            found.told.add((service.url, "paid"))
        found.lines += [_payment(service, payment, payers) for payment in payments or ()]


def _add_notices(found: _Collected, vault: Vault, now: datetime) -> list[ActivityLine]:
    """Add what nobody has told already; the new notices among the others are returned."""
    news = []
    for whom, notices in inbox.contact_notices(vault, read=True, now=now):
        if notices is None:
            found.silent |= dict.fromkeys(whom.names)
        lines = [_notice(whom, notice) for notice in notices or ()]
        found.lines += [line for line in lines if (line.source, line.kind) not in found.told]
        news += [line for line in lines if (line.source, line.kind) in found.told and line.new]
    return news


def _is_news(line: ActivityLine, news: list[ActivityLine]) -> bool:
    """Whether an account tells what a new notice told: it was written in the same moment, by the same."""
    return any(
        (line.source, line.kind) == (new.source, new.kind) and abs(line.at - new.at) < SAME_MOMENT
        for new in news
    )


def _shown(vault: Vault) -> Iterator[ActivityLine]:
    for entry in history.recorded_requests(vault):
        parts = [f"{shown.title}: {_names(shown)}" for shown in entry.shown]
        payments = [f"Payment: {payment}" for payment in entry.payments]
        agreed = [f"May read again: {terms}" for terms in entry.agreed]
        yield ActivityLine(
            at=entry.at,
            kind="shown",
            state=entry.outcome,
            who=entry.name,
            where=entry.address if entry.known else f"{entry.address} (not on the public list)",
            what=(*parts, *payments, *agreed),
            why=entry.purpose,
            entry=entry.id,
        )


def _names(shown: ShownCard) -> str:
    names = ", ".join(shown.labels) or "that you hold it"
    return f"the whole card: {names}" if shown.whole else names


def _arrived(vault: Vault) -> Iterator[ActivityLine]:
    for card in cards.held_cards(vault):
        yield ActivityLine(
            at=card.accepted_at,
            kind="changed",
            state="accepted",
            who=card.issuer_name,
            what=(f"{card.title}: fetched from the office",),
            why="You asked for it",
        )


def _reading(office: AuthorityLog, reading: LoggedAccess) -> ActivityLine:
    return ActivityLine(
        at=reading.at,
        kind="read",
        state="refused" if reading.refused else "read",
        who=reading.reader,
        where=f"at {office.authority}",
        what=(f"{reading.registry}: {', '.join(reading.attributes)}",),
        why=reading.purpose,
        note=f"Without asking you, by {reading.law}" if reading.law else "",
        source=office.identifier,
    )


def _ended(office: str, given: ReportedConsent) -> ActivityLine:
    return ActivityLine(
        at=given.withdrawn_at or given.until,
        kind="read",
        state=given.state,
        who=given.reader,
        where=f"at {office}",
        what=(f"May no longer read {given.registry}: {', '.join(given.attributes)}",),
        why=given.purpose,
    )


def _payment(service: Contact, payment: PaymentEntry, payers: Mapping[str, str]) -> ActivityLine:
    """`payers` are those whose payments the person signed, by their references: their names are proven."""
    return ActivityLine(
        at=datetime.fromisoformat(payment.changed_at),
        kind="paid",
        state=PAID.get(payment.state, payment.state),
        who=payers.get(payment.reference) or payment.payer or service.name,
        source=service.url,
        where=f"Reference {payment.reference}",
        what=(display.amount(payment.amount, payment.currency),),
        why=payment.programme,
    )


def _notice(whom: Contact, notice: InboxNotice) -> ActivityLine:
    return ActivityLine(
        at=datetime.fromisoformat(notice.at),
        kind=ABOUT.get(notice.kind, "changed"),
        state=notice.kind,
        who=whom.name if len(whom.names) == 1 else notice.sender or whom.name,
        source=whom.url,
        what=(notice.text,),
        why=notice.note or WHY.get(notice.kind, ""),
        language=notice.language,
        direction=notice.direction,
        new=not notice.read,
        fetch=notice.id if notice.offered else "",
    )
