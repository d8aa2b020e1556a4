"""Requests that wait for an officer's word: the list, and one of them."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from issuer.authorities.officers import registries_of
from issuer.issuance.deferred import decide_waiting, waiting_formats, waiting_session, waiting_sessions
from issuer.pages.office import record_facts
from issuer.pages.office_access import found_or_404, officer
from issuer.pages.office_forms import DecisionForm
from issuer.registries.search import record_under


@require_safe
@login_required
def approvals_page(request: HttpRequest) -> HttpResponse:
    """Everything that waits for this officer, the oldest first."""
    rows = waiting_sessions(registries_of(officer(request)))[:100]
    return render(request, "office/approvals.html", {"waiting": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def approval_page(request: HttpRequest, id: UUID) -> HttpResponse:
    """What is asked for, of which record, by which wallet; and the officer's word."""
    session = found_or_404(waiting_session(registries_of(officer(request)), id))
    registry = session.configuration.registry
    record = found_or_404(record_under(registry, session.record_key))
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        yes = form.cleaned_data["decision"] == "approve"
        decide_waiting(
            session,
            approve=yes,
            reason=form.cleaned_data["reason"],
            actor=officer(request).username,
            now=timezone.now(),
        )
        messages.success(
            request, "It is issued as soon as the wallet asks again." if yes else "It will not be issued."
        )
        return redirect("office:approvals")
    asked = [
        ("Credential", session.configuration.display.get("name", session.configuration.type)),
        ("In the formats", ", ".join(waiting_formats(session))),
        ("Asked for by", (session.authorization and session.authorization.client_name) or session.client_id),
    ]
    page = {"form": form, "session": session, "registry": registry, "record": record, "asked": asked}
    return render(request, "office/approval.html", {**page, "facts": record_facts(registry, record)})
