"""What this verifier is among organisations that pay: its name, its key, its addresses."""

from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction

from common.adapters.exchange.messages import Party
from common.adapters.storage.key_table import key_store
from common.keys import Signer, jwk
from verifier.models import OwnKey

G2P: Final = "g2p"
VOUCHERS: Final = "vouchers"


def sender_id() -> str:
    """The name under which partners register this verifier; its keys stand below it."""
    return f"{settings.BASE_URL}/g2p"


def party() -> Party:
    """Who speaks in outgoing messages."""
    return Party(sender_id(), organisation_signer(G2P))


def organisation_signer(purpose: str) -> Signer:
    """The key for that purpose, made when it is first needed; its thumbprint is its name."""
    name = _key_name(purpose)
    thumbprint = jwk.thumbprint(key_store().signer(name).public_key)
    return key_store().signer(name, key_id=f"{sender_id()}#{thumbprint}")


def key_set() -> dict[str, Any]:
    """What `/g2p/jwks.json` publishes (RFC 7517 §5)."""
    key = organisation_signer(G2P).public_key
    return {"keys": [{**jwk.encode(key), "kid": jwk.thumbprint(key), "use": "sig"}]}


def _key_name(purpose: str) -> str:
    found = OwnKey.objects.filter(purpose=purpose).first()
    if found is None:
        try:
            with transaction.atomic():
                found = OwnKey.objects.create(purpose=purpose, name=key_store().create("Ed25519"))
        except IntegrityError:  # another process made it in this very moment
            found = OwnKey.objects.get(purpose=purpose)
    return found.name
