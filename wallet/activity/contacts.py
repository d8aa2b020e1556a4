"""Whom a wallet can ask about its person: the offices behind its cards, the services that it showed them to.

Each is asked with the keys that it has seen before and no other, so that nobody learns which keys belong
together. A service is asked only when the person opens their activity, and only where the public list of
verifiers announces that it has something to tell. What they answer is shown and not kept.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from common.adapters.network import http
from common.encoding import strict_json
from common.errors import SelloError
from common.keys import PrivateKey
from wallet.account.vault import Vault
from wallet.activity import consents
from wallet.presentation import history, trusted_verifiers

MOST_KEYS: Final = 12  # of the newest cards and answers
MOST_SERVICES: Final = 12
JSON: Final = "application/json"
SAYS_NOTHING: Final = (404, 405, 410, 501)  # what others' servers answer where they have no such endpoint
Said = TypeVar("Said")
Create = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Contact:
    """An office by its issuer identifier, or the services of one address below which their endpoints stand.

    Several organisations may share an address: `names` are those under which the person knows them.
    """

    url: str
    names: tuple[str, ...]
    keys: tuple[PrivateKey, ...] = field(repr=False)

    @property
    def name(self) -> str:
        """The one, or all that it may have been."""
        return " / ".join(self.names)


def issuer_contacts(vault: Vault) -> tuple[Contact, ...]:
    """The issuer of each card, and whoever keeps a consent."""
    return _grouped((office.identifier, office.name, office.keys) for office in consents.authorities(vault))


def verifier_contacts(vault: Vault) -> tuple[Contact, ...]:
    """Whoever took an answer that was signed and is announced on the public list now, the latest first.

    Anybody else would hear each time that the person looks, for as long as the wallet lives.
    """
    announced = trusted_verifiers.announced_addresses()
    shown = (
        (entry.service, entry.name, entry.keys)
        for entry in history.recorded_requests(vault)
        if entry.service in announced
    )
    return _grouped(shown)[:MOST_SERVICES]


def ask_contact(
    whom: Contact,
    path: str,
    create: Create,
    parse: Callable[[Mapping[str, Any]], tuple[Said, ...]],
    *,
    now: datetime,
) -> tuple[Said, ...] | None:
    """What `whom` says to any of the keys, each thing once; None where it did not answer at all.

    `create` makes the request from `jti`, `signer` and `now`. Who has no such endpoint has nothing to say.
    """
    said: dict[Said, None] = {}
    answered = not whom.keys
    for key in whom.keys:
        token = create(jti=secrets.token_urlsafe(16), signer=key, now=now)
        headers = {"Accept": "application/json", "Authorization": f"Bearer {token}"}
        try:
            reply = http.request("GET", f"{whom.url}{path}", headers=headers)
            if reply.status in SAYS_NOTHING or (reply.status == 200 and reply.content_type != JSON):
                return ()
            if reply.status != 200:
                break
            said |= dict.fromkeys(parse(strict_json.loads_object(reply.body)))
        except (SelloError, ValueError):
            break
        answered = True
    return tuple(said) if answered else None


def _grouped(found: Iterable[tuple[str, str, Iterable[PrivateKey]]]) -> tuple[Contact, ...]:
    """One for each address, with every name and every key once."""
    names: dict[str, dict[str, None]] = {}
    keys: dict[str, dict[bytes, PrivateKey]] = {}
    for url, name, more in found:
        names.setdefault(url, {})[name] = None
        keys.setdefault(url, {}).update({key.secret: key for key in more})
    return tuple(
        Contact(url, tuple(known), tuple(keys[url].values())[:MOST_KEYS]) for url, known in names.items()
    )
