"""What a pasted text or a QR code is: an offer, or a request."""

from typing import Literal
from urllib.parse import parse_qs, urlsplit

from common.errors import MalformedInputError

MAX_LENGTH = 100_000


def kind(text: str) -> Literal["offer", "request"]:
    """Told by its parameters, whatever scheme or wallet the link was made for."""
    try:
        names = set(
            parse_qs(urlsplit(text.strip()[:MAX_LENGTH]).query, keep_blank_values=True, max_num_fields=50)
        )
    except ValueError:
        names = set()
    if names & {"credential_offer", "credential_offer_uri"}:
        return "offer"
    if "client_id" in names:
        return "request"
    raise MalformedInputError(
        "This is neither an offer of a card nor a request to show one. "
        "Copy the whole link, or take the picture again."
    )
