"""The officer's desk: registries, their records, and what was issued of each."""

from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_safe

from common.registries.claims.mapping import label_of
from issuer.authorities.officers import registries_of, registries_with_sizes
from issuer.issuance.deferred import waiting_sessions
from issuer.issuance.record_history import record_history
from issuer.models import Record, Registry
from issuer.notifications.undelivered import undeliverable_notices
from issuer.pages.office_access import of_registry, officer, record_of
from issuer.registries.import_report import report_path
from issuer.registries.search import search_records

PAGE: Final = 25
SHOWN: Final = 4  # columns beside the key in a list of records
PICTURES: Final = ("data:image/png;base64,", "data:image/jpeg;base64,", "data:image/webp;base64,")


@require_safe
@login_required
def overview_page(request: HttpRequest) -> HttpResponse:
    """The registries that this officer keeps."""
    rows = registries_with_sizes(officer(request))
    page = {
        "registries": rows,
        "waiting": waiting_sessions(rows).count(),
        "undeliverable": undeliverable_notices(registries_of(officer(request))).count(),
    }
    return render(request, "office/overview.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@of_registry
def registry_page(request: HttpRequest, registry: Registry) -> HttpResponse:
    """A registry's records, page by page; what is searched for is posted, so that no address tells it."""
    typed = request.POST.get("q", "").replace("\0", "")[:200]
    wanted = request.POST.get("page") or request.GET.get("page")
    page = Paginator(search_records(registry, typed), PAGE).get_page(wanted)
    columns = [c for c in registry.columns if c["name"] != registry.key_column and c["type"] != "image"][
        :SHOWN
    ]
    rows = [
        (record, [(column["label"], record.data.get(column["name"], "")) for column in columns])
        for record in page
    ]
    return render(
        request,
        "office/registry.html",
        {
            "registry": registry, "typed": typed, "page": page, "columns": columns, "rows": rows,
            "report": report_path(registry.slug).exists(),
        },
    )  # fmt: skip


@require_safe
@of_registry
def record_page(request: HttpRequest, registry: Registry, number: int) -> HttpResponse:
    """One record, what was offered and issued of it, and who has read it."""
    found = record_of(registry, number)
    history = record_history(registry, found.key)
    return render(
        request,
        "office/record.html",
        {
            "registry": registry,
            "record": found,
            "facts": record_facts(registry, found),
            "can_offer": history.can_offer,
            "offers": history.offers,
            "issued": history.issued,
            "readings": history.readings,
        },
    )


def record_facts(registry: Registry, record: Record) -> list[tuple[str, Any]]:
    """Every column with what the record says of it, pictures as pictures; None where it says nothing."""
    labels = {column["name"]: column["label"] for column in registry.columns}
    labels |= {name: label_of(name) for name in record.data if name not in labels}
    return [(label, _shown(label, record.data.get(name))) for name, label in labels.items()]


def _shown(label: str, value: Any) -> Any:
    if isinstance(value, str) and value.startswith(PICTURES):
        return format_html('<img src="{}" alt="{}" width="120">', value, label)
    return value
