"""Uploading a spreadsheet: first what it would do, then doing it."""

from typing import Final

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import SelloError
from issuer.models import Registry
from issuer.services.registries_import import (
    import_spreadsheet,
    kept_columns,
    preview_spreadsheet,
    report_path,
)
from issuer.services.registries_upload import keep_upload, take_upload
from issuer.views.office_access import of_registry
from issuer.views.office_forms import UploadForm

PROBLEMS: Final = 100  # shown on the page; the report after the import lists all


@require_http_methods(["GET", "HEAD", "POST"])
@of_registry
def upload(request: HttpRequest, registry: Registry) -> HttpResponse:
    """Take a file, and show what importing it would do."""
    form = UploadForm(request.POST or None, request.FILES or None)
    page = {"registry": registry, "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "office/upload.html", page)
    data = form.cleaned_data["file"].read()
    try:
        sheet, counts = preview_spreadsheet(registry.slug, data)
    except SelloError as error:
        form.add_error("file", error.public)
        return render(request, "office/upload.html", page)
    kept = ", ".join(kept_columns(registry, sheet))
    request.session["upload"] = {"registry": registry.slug, "name": keep_upload(data)}
    return render(
        request,
        "office/upload_check.html",
        {
            **page,
            "facts": [
                ("New records", counts.created),
                ("Records that change", counts.updated),
                ("Records that stay as they are", counts.unchanged),
                ("Rows left out", len(sheet.rejected)),
                *([("Columns not in the file", f"Kept as they are: {kept}")] if kept else []),
            ],
            "changes": counts.created + counts.updated,
            "problems": sheet.rejected[:PROBLEMS],
            "rejected": len(sheet.rejected),
        },
    )


@require_POST
@of_registry
def confirm(request: HttpRequest, registry: Registry) -> HttpResponse:
    """Import the file that was checked."""
    kept = request.session.pop("upload", None)
    if not kept or kept["registry"] != registry.slug:
        raise Http404
    done = import_spreadsheet(registry.slug, take_upload(kept["name"]))
    counts = done.counts
    said = (
        f"{counts.created} records are new, {counts.updated} changed, {counts.unchanged} stayed as they were."
    )
    left_out = f" {len(done.rejected)} rows were left out; see the report." if done.rejected else ""
    messages.success(request, said + left_out)
    return redirect("office:registry", slug=registry.slug)


@require_safe
@of_registry
def report(request: HttpRequest, registry: Registry) -> HttpResponseBase:
    """The rows that the last import left out, and why."""
    path = report_path(registry.slug)
    if not path.exists():
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type="text/csv")
