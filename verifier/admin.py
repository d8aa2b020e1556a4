"""For the operator: services and trust can be edited, what happened can only be read."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from common.adapters.admin import ReadOnly
from common.errors import SelloError
from verifier.models import (
    AuditEvent,
    BankFile,
    BankFileEntry,
    GatewayAccount,
    JournalEntry,
    OpenedAccount,
    OwedAnswer,
    PayingPartner,
    PaymentEvent,
    PaymentInstruction,
    Posting,
    PresentationSession,
    Programme,
    ReadingConsent,
    ReadLog,
    ReceivedItem,
    Service,
    TrustedIssuer,
    Voucher,
)
from verifier.payments.gateways import GATEWAYS
from verifier.payments.gateways.accounts import check_gateway
from verifier.services.actions import ACTIONS, check_action


def _checked(
    cleaned: dict[str, Any] | None, check: Callable[[str, Any], None], kind: str, settings: str
) -> dict[str, Any]:
    """What a form has, once `check` has looked at a kind and its settings, where an error then stands."""
    found = cleaned or {}
    if found.get(settings, ...) is None:
        found[settings] = {}
    if kind in found and settings in found:
        try:
            check(found[kind], found[settings])
        except SelloError as error:
            raise forms.ValidationError({settings: error.public}) from error
    return found


class ServiceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A service as an operator enters it: its action, and what that action has to know."""

    action = forms.ChoiceField(choices=lambda: [(name, name) for name in ACTIONS])

    def clean(self) -> dict[str, Any]:
        """Refuse parameters that the action would fail on later, when a person's answer has arrived."""
        return _checked(super().clean(), check_action, "action", "parameters")


@admin.register(Service)
class ServiceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = ServiceForm
    list_display = ["slug", "title", "provider", "action"]
    filter_horizontal = ["staff"]


@admin.register(TrustedIssuer)
class TrustedIssuerAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["name", "type", "issuer"]


@admin.register(PresentationSession)
class PresentationSessionAdmin(ReadOnly):
    list_display = ["created_at", "service", "status", "same_device"]
    fields = ["created_at", "service", "status", "client_id", "response_mode", "outcome", "submitted_at"]


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnly):
    list_display = ["at", "event", "detail", "session"]


class PostingInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Posting
    extra = 0


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnly):
    list_display = ["booked_at", "reference", "description"]
    inlines = [PostingInline]


class GatewayAccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """A gateway as an operator enters it: its kind, and how it is set up."""

    kind = forms.ChoiceField(choices=lambda: [(name, name) for name in GATEWAYS])

    def clean(self) -> dict[str, Any]:
        """Refuse settings with which no payment could leave; and another kind once payments went by it."""
        cleaned = _checked(super().clean(), check_gateway, "kind", "config")
        if "kind" in self.changed_data and self.instance.pk and self.instance.instructions.exists():
            self.add_error("kind", "Payments went by this gateway already; make a new one.")
        return cleaned


@admin.register(GatewayAccount)
class GatewayAccountAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = GatewayAccountForm
    list_display = ["name", "kind"]


@admin.register(Programme)
class ProgrammeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["slug", "title", "status", "gateway", "currency", "budget", "committed"]
    readonly_fields = ["committed"]

    def save_model(self, request: HttpRequest, obj: Programme, form: Any, change: bool) -> None:
        """Only what was edited: a payment may be booked meanwhile."""
        obj.save(update_fields=form.changed_data if change else None)


class PaymentEventInline(admin.TabularInline):  # type: ignore[type-arg]
    model = PaymentEvent
    extra = 0


@admin.register(PaymentInstruction)
class PaymentInstructionAdmin(ReadOnly):
    list_display = ["number", "programme", "state", "gateway", "attempts", "problem", "disputed"]
    list_filter = ["state", "disputed"]
    fields = ["number", "programme", "gateway", "period", "reference", "state", "created_at", "changed_at"]
    inlines = [PaymentEventInline]


@admin.register(OpenedAccount)
class OpenedAccountAdmin(ReadOnly):
    list_display = ["number", "service", "opened_at"]


@admin.register(ReadingConsent)
class ReadingConsentAdmin(ReadOnly):
    list_display = ["reference", "service", "purpose", "valid_until", "refused_at"]


@admin.register(ReadLog)
class ReadLogAdmin(ReadOnly):
    list_display = ["at", "service", "authority", "basis", "outcome", "actor", "request_id"]


class BankFileEntryInline(admin.TabularInline):  # type: ignore[type-arg]
    model = BankFileEntry
    extra = 0


@admin.register(BankFile)
class BankFileAdmin(ReadOnly):
    list_display = ["message_id", "account", "created_at", "written_at"]
    fields = ["message_id", "account", "created_at", "written_at"]
    inlines = [BankFileEntryInline]


@admin.register(Voucher)
class VoucherAdmin(ReadOnly):
    list_display = ["number", "state", "currency", "amount", "expires_at", "ended_at", "agent"]
    list_filter = ["state"]
    fields = ["number", "state", "currency", "amount", "issued_at", "expires_at", "ended_at", "agent"]


@admin.register(PayingPartner)
class PayingPartnerAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["partner", "programme"]


@admin.register(ReceivedItem)
class ReceivedItemAdmin(ReadOnly):
    list_display = ["at", "partner", "kind", "transaction_id", "reference_id", "status", "reason"]
    list_filter = ["kind", "status"]


@admin.register(OwedAnswer)
class OwedAnswerAdmin(ReadOnly):
    list_display = ["partner", "action", "transaction_id", "attempts", "problem", "sent_at"]
    fields = [
        "partner",
        "action",
        "url",
        "transaction_id",
        "attempts",
        "problem",
        "next_attempt_at",
        "sent_at",
    ]
