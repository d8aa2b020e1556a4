"""Where consents were given: the authority that keeps each, and the key by which it knows the person."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from common.keys import PrivateKey
from common.oid4vp.transaction_data import DataAccess
from wallet.account.vault import Vault
from wallet.credentials import stored_credentials
from wallet.models import GivenConsent
from wallet.presentation.authorization_request import PendingRequest
from wallet.presentation.matching import Answer, AnswerPart


@dataclass(frozen=True, slots=True)
class KeptConsent:
    """The authority that keeps a consent, the key that signed it, and its words for claims, by name."""

    authority: str
    name: str
    key: PrivateKey = field(repr=False)
    labels: Mapping[str, str] = field(default_factory=dict)


def keep_consents(vault: Vault, asked: PendingRequest, answers: Sequence[Answer]) -> None:
    """Keep where a consent will lie and the key that signed it, before either leaves."""
    parts: dict[str, AnswerPart] = {}  # the first of several, which is what its service reads a record with
    for part in (part for answer in answers for part in answer.parts):
        parts.setdefault(part.query_id, part)
    for entry in asked.request.transaction_data:
        if isinstance(entry.content, DataAccess):
            part = parts[next(name for name in entry.credential_ids if name in parts)]
            row, authority = GivenConsent(), entry.content.authority
            name = asked.registries.get(authority) or authority
            labels = dict(asked.labels.get(authority, {}))
            key = stored_credentials.dump_holder_key(part.copy.key)
            vault.seal(row, {"authority": authority, "name": name, "key": key, "labels": labels})
            row.save()


def kept_consents(vault: Vault) -> Iterator[KeptConsent]:
    """Every place where a consent lies, the latest first."""
    for row in GivenConsent.objects.filter(account=vault.account):
        value = vault.open(row)
        key = stored_credentials.load_holder_key(value["key"])
        yield KeptConsent(value["authority"], value["name"], key, value.get("labels", {}))
