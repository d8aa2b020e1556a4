"""What a registry leads: the rules, what they would do now, doing it, and what was done."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from common.registries.claims.mapping import label_of
from issuer.models import Configuration, Registry
from issuer.pages.office_access import of_registry, officer
from issuer.sync.rules import followed_types, rules_in_words
from issuer.sync.run import PlanChangedError, SyncResult, latest_runs, preview_sync, sync

SHOWN: Final = 100
RUNS: Final = 10
DONE: Final = {
    "revoke": "Credentials revoked",
    "suspend": "Credentials suspended",
    "reissue": "Credentials to be renewed",
    "notify": "People told",
    "offer": "Documents offered",
}


@require_http_methods(["GET", "HEAD", "POST"])
@of_registry
def sync_page(request: HttpRequest, registry: Registry) -> HttpResponse:
    """Look first; then, for exactly what was seen, let it happen."""
    now, actor = timezone.now(), officer(request).username
    if request.method == "POST":
        try:
            done = sync(registry, actor=actor, now=now, expect=request.POST.get("plan", "-"))
        except PlanChangedError as error:
            messages.warning(request, error.public)
        else:
            said = ", ".join(f"{DONE[do].lower()}: {count}" for do, count in done.counts.items())
            messages.success(request, f"{label_of(said)}." if said else "There was nothing to do.")
        return redirect("office:following", slug=registry.slug)
    seen = preview_sync(registry, actor=actor, now=now)
    types = followed_types(registry)
    own = {found.name: found.display["name"] for found in types if found.authority == registry.authority}
    lines = [(own[line["configuration"]], line) for line in seen.lines if line["configuration"] in own]
    return render(
        request,
        "office/following.html",
        {
            "registry": registry,
            "seen": seen,
            "facts": list(_facts(seen)),
            "lines": [(name, DONE[line["do"]], line) for name, line in lines[:SHOWN]],
            "more": len(lines) - SHOWN,
            "others": _of_others(seen, {found.name: found for found in types}, own),
            "rules": [(found.display["name"], list(rules_in_words(found, registry))) for found in types],
            "runs": latest_runs(registry)[:RUNS],
        },
    )


def _facts(seen: SyncResult) -> Iterator[tuple[str, int]]:
    yield "Records that changed since the last run", seen.changes
    for do, count in seen.counts.items():
        yield DONE[do], count
    if seen.ended_sessions:
        yield "Offers and renewals ended", seen.ended_sessions
    if seen.superseded:
        yield "Renewed credentials whose old copies end", seen.superseded


def _of_others(
    seen: SyncResult, types: dict[str, Configuration], own: dict[str, str]
) -> list[tuple[str, str]]:
    """What happens to other authorities' credentials, in numbers: this officer does not see their records."""
    counts = Counter(
        (line["configuration"], line["do"]) for line in seen.lines if line["configuration"] not in own
    )
    return [
        (f"{types[name].display['name']}, {types[name].authority.name}", f"{DONE[do]}: {count}")
        for (name, do), count in sorted(counts.items())
    ]
