"""What offices and services have to tell the person: asked for with the keys of cards, shown, not kept.

Offices are also asked, at most once an hour, when the person looks at their cards. Services are not: they
would learn from it how often somebody opens their wallet.
"""

import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Final
from urllib.parse import quote

from django.core.cache import cache

from common.adapters.network import http
from common.encoding import strict_json
from common.errors import SelloError
from common.notices.messages import InboxNotice, create_inbox_request, parse_inbox
from wallet.account.vault import Vault
from wallet.activity import contacts
from wallet.activity.contacts import Contact


class NothingToFetchError(SelloError):
    """A notice on which no card can be had now."""

    code = "invalid_grant"
    status = 410


COUNTED: Final = 3600  # seconds for which the number of new notices is believed


def contact_notices(
    vault: Vault, *, read: bool, now: datetime
) -> Iterator[tuple[Contact, tuple[InboxNotice, ...] | None]]:
    """What each has to tell, the same event once; `read` tells them that the person looks at it now."""
    if read:
        cache.delete(_counter(vault))
    for whom in (*contacts.issuer_contacts(vault), *contacts.verifier_contacts(vault)):
        yield whom, _notices(whom, read=read, now=now)


def request_offered_card(vault: Vault, office: str, notice: str, *, now: datetime) -> str:
    """The link of the offer that an office makes to whoever it told that a card is ready."""
    whom = next((each for each in contacts.issuer_contacts(vault) if each.url == office), None)
    url = f"{office}/notices/{quote(notice, safe='')}/offer"
    for key in whom.keys if whom else ():
        token = create_inbox_request(
            audience=url, read=False, jti=secrets.token_urlsafe(16), signer=key, now=now
        )
        headers = {"Accept": "application/json", "Authorization": f"Bearer {token}"}
        with suppress(SelloError, ValueError):
            reply = http.request("POST", url, headers=headers, body=b"")
            link = strict_json.loads_object(reply.body).get("credential_offer_uri")
            if reply.status == 200 and isinstance(link, str):
                return link
    raise NothingToFetchError("The office offers this card no more, or does not answer. Ask there.")


def unread_notices(vault: Vault, *, now: datetime) -> int:
    """How many notices of offices are new, as of an hour ago at most; who does not answer does not count."""
    known: int | None = cache.get(_counter(vault))
    if known is None:
        new = {
            (whom.url, notice.id)
            for whom in contacts.issuer_contacts(vault)
            for notice in _notices(whom, read=False, now=now) or ()
            if not notice.read
        }
        known = len(new)
        cache.set(_counter(vault), known, COUNTED)
    return known


def _notices(whom: Contact, *, read: bool, now: datetime) -> tuple[InboxNotice, ...] | None:
    create = partial(create_inbox_request, audience=f"{whom.url}/notices", read=read)
    said = contacts.ask_contact(whom, "/notices", create, parse_inbox, now=now)
    return said and tuple({notice.id: notice for notice in said}.values())


def _counter(vault: Vault) -> str:
    return f"wallet-unread:{vault.account.id}"
