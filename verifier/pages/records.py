"""For a provider's staff: who agreed that their record is read again, and reading it."""

import logging

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from common.adapters.error_log import log_error
from common.adapters.limits import rate_limit
from common.encoding.display import humane
from common.errors import SelloError
from verifier.models import Service
from verifier.pages.desk import READINGS, staff_of
from verifier.record_access import client, consents
from verifier.services.actions.registry import attribute_rows

log = logging.getLogger("sello.services")

SHOWN = 100


@staff_of(READINGS)
@require_safe
def consent_list(request: HttpRequest, services: QuerySet[Service]) -> HttpResponse:
    """The consents that are kept here, the latest first, under the references that people were given."""
    found = consents.consents_of(services)[:SHOWN]
    return render(request, "services/readings.html", {"consents": found, "now": timezone.now()})


@staff_of(READINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def consent_page(request: HttpRequest, services: QuerySet[Service], pk: int) -> HttpResponse:
    """One consent; by POST, the record as the authority has it now, shown and not kept."""
    found = consents.consent_of(services, pk)
    labels = found.service.parameters.get("labels", {})
    names = [labels.get(name) or humane(name) for name in found.attributes]
    page: dict[str, object] = {"consent": found, "names": names}
    if request.method == "POST":
        rate_limit.check_rate(request, "verify")
        try:
            record = client.read_on_consent(found, actor=request.user.get_username(), now=timezone.now())
        except SelloError as error:
            log_error(log, error)
            page["problem"] = error.public
        else:
            page["rows"] = attribute_rows(record, labels=labels)
    page["reads"] = found.reads.all()[:SHOWN]
    response = render(request, "services/reading.html", page)
    response.headers["Cache-Control"] = "no-store"
    return response
