"""Uploading a spreadsheet: first what it would do, then doing it."""

import logging
from dataclasses import asdict

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.adapters.error_log import log_error
from common.errors import SelloError
from common.registries.spreadsheets.spreadsheet import ImportOptions
from issuer.models import Registry
from issuer.pages.office_access import of_registry
from issuer.pages.office_forms import UploadForm
from issuer.registries.import_report import report_path
from issuer.registries.spreadsheet_import import import_spreadsheet, preview_spreadsheet
from issuer.registries.uploads import keep_upload, take_upload

log = logging.getLogger("sello.office")


@require_http_methods(["GET", "HEAD", "POST"])
@of_registry
def upload_page(request: HttpRequest, registry: Registry) -> HttpResponse:
    """Take a file, and show what importing it would do."""
    form = UploadForm(request.POST or None, request.FILES or None)
    page = {"registry": registry, "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "office/upload.html", page)
    data = form.cleaned_data["file"].read()
    try:
        found = preview_spreadsheet(registry.slug, data, reading=form.reading())
    except SelloError as error:
        log_error(log, error)
        form.add_error("file", error.public)
        return render(request, "office/upload.html", page)
    counts, kept = found.counts, ", ".join(found.missing)
    request.session["upload"] = {
        "registry": registry.slug,
        "name": keep_upload(data),
        "reading": asdict(form.reading()),
    }
    return render(
        request,
        "office/upload_check.html",
        {
            **page,
            "facts": [
                ("New records", counts.created),
                ("Records that change", counts.updated),
                ("Records that stay as they are", counts.unchanged),
                ("Rows left out", found.rejected),
                *([("Columns not in the file", f"Kept as they are: {kept}")] if kept else []),
            ],
            "changes": counts.created + counts.updated,
            "problems": found.problems,
            "rejected": found.rejected,
            "remarks": found.remarks,
        },
    )


@require_POST
@of_registry
def confirm_import(request: HttpRequest, registry: Registry) -> HttpResponse:
    """Import the file that was checked."""
    kept = request.session.pop("upload", None)
    if not kept or kept["registry"] != registry.slug:
        raise Http404
    reading = ImportOptions(**kept["reading"])
    done = import_spreadsheet(registry.slug, take_upload(kept["name"]), reading=reading)
    counts = done.counts
    said = (
        f"{counts.created} records are new, {counts.updated} changed, {counts.unchanged} stayed as they were."
    )
    left_out = f" {done.rejected} rows were left out; see the report." if done.rejected else ""
    messages.success(request, said + left_out)
    return redirect("office:registry", slug=registry.slug)


@require_safe
@of_registry
def import_report_file(request: HttpRequest, registry: Registry) -> HttpResponseBase:
    """The rows that the last import left out, and why."""
    path = report_path(registry.slug)
    if not path.exists():
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type="text/csv")
