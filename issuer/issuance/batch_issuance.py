"""Minting: a whole registry's credentials at once, as files of JSON lines, resumable at any moment.

A batch goes through four steps: 1 places are allocated in one block · 2 signatures, by several processes · 3
a draft file, `NAME.jsonl.draft`, is written whole · 4 rows are stored, then the draft gets its final name. So
a file under its final name has its rows. What a stop leaves between 3 and 4 is settled at the next start: a
draft whose rows are there is renamed, any other is deleted and its records are minted again.
"""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import django
from django.db import IntegrityError, transaction

from common.formats.base import Secured
from common.registries.connector import RegistryError, RegistryRecord
from issuer.configurations.eligibility import eligible_claims, followed_to
from issuer.configurations.formats import format_profile
from issuer.issuance import credential as credentials
from issuer.issuance.credential import CredentialContent, CredentialDraft
from issuer.issuance.delivery import store_credentials
from issuer.models import Configuration, IssuedCredential
from issuer.registries.connectors import open_registry
from issuer.status import cards
from issuer.status.indexes import allocate_indexes

BATCH: Final = 500
CHUNK: Final = 25  # credentials handed to a process at once


@dataclass(slots=True)
class BatchProgress:
    """How far a run came; `unusable` are records that cannot say what the credential must, by key."""

    total: int
    minted: int = 0
    skipped: int = 0
    unusable: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    @property
    def done(self) -> int:
        """Records that were looked at."""
        return self.minted + self.skipped + len(self.unusable)


def issue_batches(
    configuration: Configuration, format_: str, *, out: Path, workers: int, now: datetime
) -> Iterator[BatchProgress]:
    """Bearer credentials for every record that has none minted in this format, or a revoked one.

    Yields its progress. They are signed for no holder's key: cards and papers of whoever carries them.
    """
    out.mkdir(parents=True, exist_ok=True)
    prefix = f"{configuration.name}.{format_}"
    settle_drafts(out, prefix)
    done = set(
        IssuedCredential.objects.filter(configuration=configuration, format=format_, minted=True).values_list(
            "record_key", flat=True
        )
    )
    progress = BatchProgress(total=configuration.registry.records.count())
    yield progress
    changes = open_registry(configuration.registry).changes()
    records = (change.record for change in changes if change.record)
    with _pool(workers) as pool:
        while batch := list(islice(_unminted(records, done, progress), BATCH)):
            _mint_batch(configuration, format_, batch, out / prefix, progress, pool=pool, now=now)
            yield progress
    yield progress


def settle_drafts(out: Path, prefix: str) -> None:
    """Give a draft that a stopped run left its name, if its rows were stored; else delete it."""
    for path in sorted(out.glob(f"{prefix}.*.jsonl.draft")):
        number = path.name.removeprefix(f"{prefix}.").removesuffix(".jsonl.draft")
        try:
            stored = IssuedCredential.objects.filter(pk=uuid.UUID(number)).exists()
        except ValueError:
            stored = False
        if stored:
            path.rename(path.with_suffix(""))
        else:
            path.unlink()


def _unminted(
    records: Iterator[RegistryRecord], done: set[str], progress: BatchProgress
) -> Iterator[RegistryRecord]:
    for record in records:
        if record.key in done:
            progress.skipped += 1
        else:
            yield record


def _mint_batch(
    configuration: Configuration,
    format_: str,
    batch: Sequence[RegistryRecord],
    stem: Path,
    progress: BatchProgress,
    *,
    pool: Executor | None,
    now: datetime,
) -> None:
    seen = followed_to(configuration)
    said: list[tuple[str, Mapping[str, Any]]] = []
    suspended = cards.suspended_cards(configuration, [record.key for record in batch])
    for record in batch:
        if record.key in suspended:
            progress.unusable.append(record.key)
            continue
        try:
            said.append((record.key, eligible_claims(configuration, record, now=now)))
        except RegistryError:
            progress.unusable.append(record.key)
    slots = allocate_indexes(configuration.authority, format_profile(format_).status_list, len(said))  # 1
    drafts = [
        credentials.draft_credential(
            configuration, record_key=key, content=CredentialContent(claims), holder=None, slot=slot, now=now
        )
        for (key, claims), slot in zip(said, slots, strict=True)
    ]
    if not drafts:
        return
    secured = _sign(configuration, format_, drafts, pool=pool)  # 2
    path = stem.with_name(f"{stem.name}.{drafts[0].id}.jsonl")
    draft_path = path.with_name(f"{path.name}.draft")
    draft_path.touch(mode=0o600)  # it holds what is said of people
    with draft_path.open("w", encoding="utf-8") as lines:  # 3
        for drafted, credential in zip(drafts, secured, strict=True):
            line = {"id": drafted.id.urn, "record": drafted.record_key, "credential": credential}
            lines.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    try:
        with transaction.atomic():
            if followed_to(configuration, lock=True) != seen:
                raise RegistryError("The registry was followed meanwhile; go on with the same command.")
            cards.lock_open_cards(configuration, [drafted.record_key for drafted in drafts])
            store_credentials(configuration, format_, drafts, minted=True)  # 4
    except IntegrityError as error:
        raise RegistryError("Another run is minting the same; let it finish, then go on.") from error
    draft_path.rename(path)
    progress.minted += len(drafts)
    progress.files.append(str(path))


def _sign(
    configuration: Configuration, format_: str, drafts: Sequence[CredentialDraft], *, pool: Executor | None
) -> list[Secured]:
    if pool is None:
        return _sign_chunk(configuration, format_, drafts)
    chunks = [drafts[start : start + CHUNK] for start in range(0, len(drafts), CHUNK)]
    signed = pool.map(_sign_chunk, [configuration] * len(chunks), [format_] * len(chunks), chunks)
    return [credential for chunk in signed for credential in chunk]


def _sign_chunk(
    configuration: Configuration, format_: str, drafts: Sequence[CredentialDraft]
) -> list[Secured]:
    return [credentials.secure_credential(configuration, format_, drafted) for drafted in drafts]


@contextmanager
def _pool(workers: int) -> Iterator[Executor | None]:
    """Processes that sign; each opens the key store for itself, so that no key travels."""
    if workers <= 1:
        yield None
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=django.setup) as pool:
        yield pool
