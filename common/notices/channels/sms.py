"""SMS through a gateway's HTTP interface, described by settings; as files where none is named.

`SMS_URL` takes a POST of `SMS_FIELDS`, each a template with `{to}`, `{text}` and `{id}`, as a form or as JSON
(`SMS_FORMAT`), with `SMS_TOKEN` as bearer token and the message's id as `Idempotency-Key`. Of a lock screen's
message only the title goes.
"""

import json
import os
import re
from typing import Final
from urllib.parse import urlencode

from django.conf import settings

from common.adapters.network import http
from common.errors import FetchError
from common.notices.channels.base import (
    Channel,
    DeliveryUncertainError,
    Message,
    NotDeliveredError,
    UndeliverableError,
)

_NUMBER: Final = re.compile(r"\+?[0-9]{6,15}")
LATER: Final = (408, 425, 429, 503)  # refused before anything was done


def valid(address: str) -> bool:
    """Whether this is a telephone number: digits, perhaps after a plus."""
    return _NUMBER.fullmatch(address) is not None


def deliver(message: Message) -> None:
    """Hand it to the gateway."""
    values = {"to": message.address, "text": message.title, "id": message.id}
    if not settings.SMS_URL:
        _write(message.id, values)
        return
    fields = {name: template.format_map(values) for name, template in settings.SMS_FIELDS.items()}
    as_json = settings.SMS_FORMAT == "json"
    headers = {
        "Content-Type": "application/json" if as_json else "application/x-www-form-urlencoded",
        "Idempotency-Key": message.id,
    }
    if settings.SMS_TOKEN:
        headers["Authorization"] = f"Bearer {settings.SMS_TOKEN}"
    body = (json.dumps(fields) if as_json else urlencode(fields)).encode()
    try:
        reply = http.request("POST", settings.SMS_URL, headers=headers, body=body)
    except http.NotReachedError as error:
        raise NotDeliveredError("The SMS gateway cannot be reached.") from error
    except FetchError as error:
        raise DeliveryUncertainError("The SMS gateway did not answer.") from error
    if 200 <= reply.status < 300:
        return
    if reply.status in LATER:
        raise NotDeliveredError("The SMS gateway is busy.", detail=str(reply.status))
    if reply.status >= 500:
        raise DeliveryUncertainError("The SMS gateway failed.", detail=str(reply.status))
    raise UndeliverableError("The SMS gateway refused the message.", detail=str(reply.status))


def repeats() -> bool:
    """Whether the gateway honours `Idempotency-Key` (`SMS_REPEATS=1`); the same file is the same file."""
    return not settings.SMS_URL or bool(settings.SMS_REPEATS)


def _write(id: str, values: dict[str, str]) -> None:
    folder = settings.VAR_DIR / "sms"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{id}.{os.getpid()}"
    with open(draft, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        json.dump(values, file, ensure_ascii=False, indent=1)
    draft.replace(folder / f"{id}.json")


def written(address: str) -> str:
    """A number without the signs that people set between its digits."""
    return re.sub(r"[\s()./-]", "", address)


CHANNEL: Final = Channel(
    address="phone",
    valid=valid,
    deliver=deliver,
    repeats=repeats,
    written=written,
    columns=frozenset(
        {"phone", "phonenumber", "telephone", "telephonenumber", "mobile", "mobilenumber", "mobilephone",
         "cellphone", "telefono", "celular", "movil", "tel"}
    ),
    settings=("SMS_URL", "SMS_TOKEN", "SMS_FIELDS", "SMS_FORMAT", "SMS_REPEATS", "VAR_DIR"),
)  # fmt: skip
