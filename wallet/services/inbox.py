"""What offices and services have to tell the person: asked for with the keys of cards, shown, not kept."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Final

from django.core.cache import cache

from common.notices.messages import InboxNotice, create_inbox_request, parse_inbox
from wallet.services import correspondents
from wallet.services.correspondents import Correspondent
from wallet.services.vault import Vault

COUNTED: Final = 60  # seconds for which the number of new notices is believed


def notices(
    vault: Vault, *, read: bool, now: datetime
) -> Iterator[tuple[Correspondent, tuple[InboxNotice, ...] | None]]:
    """What each has to tell, the same event once; `read` tells them that the person looks at it now."""
    if read:
        cache.delete(_counter(vault))
    for whom in (*correspondents.offices(vault), *correspondents.services(vault)):
        url = f"{whom.url}/notices"
        create = partial(create_inbox_request, audience=url, read=read)
        said = correspondents.ask(whom, "/notices", create, parse_inbox, now=now)
        yield whom, said and tuple({notice.id: notice for notice in said}.values())


def unread(vault: Vault, *, now: datetime) -> int:
    """How many notices are new, as of a minute ago at most; those of whoever does not answer do not count."""
    known: int | None = cache.get(_counter(vault))
    if known is None:
        new = {
            (whom.url, notice.id)
            for whom, said in notices(vault, read=False, now=now)
            for notice in said or ()
            if not notice.read
        }
        known = len(new)
        cache.set(_counter(vault), known, COUNTED)
    return known


def _counter(vault: Vault) -> str:
    return f"wallet-unread:{vault.account.id}"
