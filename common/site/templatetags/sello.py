"""The patterns that pages are made of; docs/pages.md shows each once."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField, Field
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from common.adapters import qr as codes
from common.encoding import display
from common.site import time_zone

register = template.Library()

# What a person reads for each state that the parties keep, and its tone: good, wait, bad or none.
STATUSES: Final[dict[str, tuple[str, str]]] = {
    "valid": ("Valid", "good"),
    "suspended": ("Suspended", "wait"),
    "revoked": ("Revoked", "bad"),
    "expired": ("Expired", "bad"),
    "undetermined": ("Cannot be checked now", "wait"),
    "offered": ("Waiting to be collected", "wait"),
    "token_issued": ("Being collected", "wait"),
    "issued": ("Issued", "good"),
    "accepted": ("In the wallet", "good"),
    "deleted": ("Declined", ""),
    "requested": ("Waiting", "wait"),
    "request_retrieved": ("Opened in a wallet", "wait"),
    "submitted": ("Being checked", "wait"),
    "verified": ("Verified", "good"),
    "rejected": ("Refused", "bad"),
    "unlocked": ("Done", "good"),
    "timed_out": ("Took too long", ""),
    "failed": ("Failed", "bad"),
    "waiting": ("Waiting for the office", "wait"),
    "registered": ("Registered", "good"),
    "shown": ("Shown", "good"),
    "declined": ("You said no", ""),
    "not delivered": ("Not delivered", "bad"),
    "open": ("Open", "good"),
    "paused": ("Paused", "wait"),
    "closed": ("Closed", ""),
    "booked": ("Set aside", "wait"),
    "sending": ("Being sent", "wait"),
    "unknown": ("Nobody knows yet", "bad"),
    "parked": ("Waits for a person", "bad"),
    "sent": ("With the gateway", "wait"),
    "settled": ("Arrived", "good"),
    "returned": ("Came back", "bad"),
    "released": ("Back in the fund", ""),
    "read": ("Read", ""),
    "ready": ("Ready", "good"),
    "expiring": ("Runs out soon", "wait"),
    "changed": ("Changed", "wait"),
    "reinstated": ("Valid again", "good"),
    "data_read": ("Read", ""),
    "on its way": ("On its way", "wait"),
    "payment_sent": ("Sent", "wait"),
    "payment_settled": ("Arrived", "good"),
    "active": ("In force", "good"),
    "withdrawn": ("Withdrawn", ""),
    "refused": ("Refused", "bad"),
}


@register.filter
def day(when: date | None) -> str:
    """25 May 1990; of a moment, the day on which it lies where the person is."""
    if isinstance(when, datetime):
        return time_zone.local_day(when)
    return display.day(when) if when else ""


@register.filter
def moment(when: datetime | None) -> SafeString | str:
    """25 May 1990, 14:05, in the person's time zone."""
    return _time(when, time_zone.local_moment(when)) if when else ""


@register.filter
def clock(when: datetime | None) -> SafeString | str:
    """14:05, in the person's time zone."""
    return _time(when, time_zone.local_clock(when)) if when else ""


@register.filter
def money(number: str | Decimal, currency: str) -> str:
    """USD 1,500.00."""
    return display.amount(number, currency)


@register.filter
def said(value: Any) -> Any:
    """A value as people write it: yes, no, a day, a moment, several; markup stays as it is."""
    if isinstance(value, SafeString):
        return value
    return moment(value) if isinstance(value, datetime) else display.value(value)


@register.filter
def named(names: Iterable[str]) -> str:
    """Technical names as words, one after another."""
    return ", ".join(display.humane(name) for name in names)


def _time(when: datetime, text: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', time_zone.written_in_zone(when), text)


@register.inclusion_tag("sello/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """What is wrong, at the top of the page, each line leading to its input; nothing while all is well."""
    lines = [("", text) for text in form.non_field_errors()]
    for bound in form:
        lines += [(bound.id_for_label or f"{bound.auto_id}_0", text) for text in _errors(bound)]
    return {"lines": lines}


@register.inclusion_tag("sello/field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """Label, hint, error and input of one form field, tied together; a tick box stands before its label."""
    return {"field": bound, "errors": _errors(bound), "tick": bound.widget_type == "checkbox"}


def _errors(bound: BoundField) -> list[str]:
    """The errors of a field; Django's stock sentence for an empty one gives way to one that names it."""
    stock = Field.default_error_messages["required"]
    return [f"Fill in: {bound.label}" if text == stock else str(text) for text in bound.errors]


@register.inclusion_tag("sello/summary_list.html")
def summary_list(rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """Facts one under another: `(name, value)`, or `(name, value, url, verb)` with a link such as Change."""
    return {"rows": [(*row, "", "")[:4] for row in rows]}


@register.simple_tag
def status_tag(status: str) -> SafeString:
    """A state in a word and a colour; the word alone would do."""
    text, tone = STATUSES.get(str(status).lower(), (display.humane(str(status)), ""))
    return format_html('<strong class="tag {}">{}</strong>', tone, text)


@register.simple_tag
def qr(text: str, label: str = "QR code") -> SafeString:
    """A QR code on white, also in the dark and on paper; `label` is what a screen reader says."""
    drawing = mark_safe(codes.svg(text))  # noqa: S308  our own drawing: digits and letters of a path
    return format_html('<div class="qr" role="img" aria-label="{}">{}</div>', label, drawing)


@register.inclusion_tag("sello/panel.html")
def panel(title: str, text: str = "") -> dict[str, Any]:
    """The page's heading once something is done."""
    return {"title": title, "text": text}


@register.inclusion_tag("sello/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page[Any]) -> dict[str, Any]:
    """Previous and next, keeping what else stands in the query; nothing for a single page."""
    return {"page": page, "query": context["request"].GET}
