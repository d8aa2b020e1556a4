"""What `sync_registry` costs beside the size of a registry: a thousand changes, in a small and a large one.

`python -m tests.benchmarks.sync [SIZE…]`: in a database of its own under VAR_DIR, or on DATABASE_URL.
"""

import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

CHANGES = 1_000
SIZES = (10_000, 100_000)


def main(sizes: tuple[int, ...]) -> None:
    """One line a step and size, and the ratios between the first size and the last."""
    figures: dict[str, dict[int, tuple[float, float]]] = {}
    for size in sizes:
        with database() as folder:
            for name, *spent in measure(size, folder):
                figures.setdefault(name, {})[size] = (spent[0], spent[1])
    columns = "".join(f"{size:>12,}{'of it CPU':>12}" for size in sizes)
    sys.stdout.write(f"{'step':<50}{columns}{'ratio of CPU':>14}\n")
    for name, found in figures.items():
        row = "".join(f"{found[size][0]:>10.2f} s{found[size][1]:>10.2f} s" for size in sizes)
        sys.stdout.write(f"{name:<50}{row}{found[sizes[-1]][1] / found[sizes[0]][1]:>14.1f}\n")


@contextmanager
def database() -> Any:
    """Fresh tables, and a folder."""
    from django.core.management import call_command

    with tempfile.TemporaryDirectory() as folder:
        call_command("migrate", verbosity=0)
        call_command("flush", verbosity=0, interactive=False)
        yield Path(folder)


def measure(size: int, folder: Path) -> list[tuple[str, float, float]]:
    """Seconds of each step on registries of this size, of whose records one in ten bears a credential."""
    from issuer.configurations.types import create_configuration
    from issuer.models import Configuration, Registry
    from issuer.registries import connect
    from issuer.registries.connectors import open_registry
    from issuer.registries.spreadsheet_import import import_spreadsheet
    from issuer.sync import rules, run
    from tests.issuer.rules_fixture import CHANGED, country, death, store

    found: list[tuple[str, float, float]] = []

    def timed(name: str, work: Callable[[], Any]) -> Any:
        begun, used = time.perf_counter(), time.process_time()
        result = work()
        found.append((name, time.perf_counter() - begun, time.process_time() - used))
        return result

    def follow(slug: str) -> Any:
        return run.sync(Registry.objects.get(slug=slug), actor="bench", now=datetime.now(UTC))

    farmer = country(1)
    bear(farmer, ["F-1"])
    timed("import a spreadsheet of all records", lambda: import_spreadsheet("farmers", sheet(size)))
    step = max(1, size // 10_000)
    bear(farmer, [f"F-{number}" for number in range(2, size + 1, step)][:10_000])
    timed("first run, through everything", lambda: follow("farmers"))
    timed("nothing changed", lambda: follow("farmers"))
    changed = range(2, 2 + CHANGES * step, step)
    timed(
        "import it again, 1,000 records differ", lambda: import_spreadsheet("farmers", sheet(size, changed))
    )
    done = timed("follow 1,000 changes: reissue", lambda: follow("farmers"))
    assert done.counts == {"reissue": CHANGES}, done.counts
    store(
        "deaths",
        *(death(number, of=number) for number in range(2 + CHANGES * step, 2 + CHANGES * step * 2, step)),
    )
    seen = timed(
        "preview 1,000 deaths elsewhere",
        lambda: run.preview_sync(Registry.objects.get(slug="deaths"), actor="bench", now=datetime.now(UTC)),
    )
    done = timed("follow 1,000 deaths elsewhere: revoke", lambda: follow("deaths"))
    assert (done.counts, done.plan) == ({"revoke": CHANGES}, seen.plan)
    reader = open_registry(farmer.registry)
    timed(
        "find 1,000 records by national number",
        lambda: [list(reader.find("national_id", f"N-{n}")) for n in range(1_000)],
    )

    fishers = outside(folder, size)
    os.environ["BENCH_URL"] = f"sqlite:///{folder}/fishers.sqlite3"
    source = {"url_env": "BENCH_URL", "table": "fishers", "key": "id", "changed": "version", "overlap": 0}
    registry = connect.connect_registry(
        "fishers", connector="sql", source=source, authority="ports", now=datetime.now(UTC)
    )
    create_configuration(registry, type="FisherCredential", name="fisher")
    fisher = Configuration.objects.get(name="fisher")
    rules.set_rules(fisher, [CHANGED])
    timed("another database: first run, through everything", lambda: follow("fishers"))
    bear(fisher, [str(number) for number in range(1, CHANGES + 1)])
    fishers.execute("UPDATE fishers SET boat = 'Killa', version = id + 1000000 WHERE id <= ?", (CHANGES,))
    fishers.close()
    done = timed("another database: follow 1,000 changes: reissue", lambda: follow("fishers"))
    assert done.counts == {"reissue": CHANGES}, done.counts
    return found


def sheet(size: int, changed: range = range(0)) -> bytes:
    """Farmers as a spreadsheet; those of `changed` grow something else."""
    rows = ["farmer_id;national_id;name;crop;status"]
    rows += [
        f"F-{n};N-{n};Ñusta Quispe {n};{'oca' if n in changed else 'maize'};active"
        for n in range(1, size + 1)
    ]
    return "\n".join(rows).encode()


def bear(configuration: Any, keys: list[str]) -> None:
    """Credentials of these records as rows: what signing costs is measured elsewhere."""
    from issuer.configurations import types
    from issuer.configurations.formats import format_profile
    from issuer.issuance import credential
    from issuer.issuance.delivery import store_credentials
    from issuer.registries.connectors import open_registry
    from issuer.status.indexes import allocate_indexes

    now, reader = datetime.now(UTC), open_registry(configuration.registry)
    slots = allocate_indexes(configuration.authority, format_profile("dc+sd-jwt").status_list, len(keys))
    drafts = [
        credential.draft_credential(
            configuration,
            record_key=key,
            content=credential.CredentialContent(types.claims_of(configuration, reader.fetch(key), now=now)),
            holder=None,
            slot=slot,
            now=now,
        )
        for key, slot in zip(keys, slots, strict=True)
    ]
    store_credentials(configuration, "dc+sd-jwt", drafts)


def outside(folder: Path, size: int) -> sqlite3.Connection:
    """A registry in somebody else's database."""
    found = sqlite3.connect(folder / "fishers.sqlite3", isolation_level=None)
    found.execute("CREATE TABLE fishers (id INTEGER PRIMARY KEY, name TEXT, boat TEXT, version INTEGER)")
    found.execute("BEGIN")
    rows = ((number, f"Person {number}", "Rosa", number) for number in range(1, size + 1))
    found.executemany("INSERT INTO fishers VALUES (?, ?, ?, ?)", rows)
    found.execute("COMMIT")
    found.execute("CREATE INDEX fishers_version ON fishers (version, id)")
    return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as var:
        os.environ["VAR_DIR"] = var
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "common.config.settings")
        import django

        django.setup()
        main(tuple(map(int, sys.argv[1:])) or SIZES)
