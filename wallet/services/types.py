"""What a card's type says of it: its words for people, and whether the card is as it says."""

from collections.abc import Sequence
from functools import partial

from common.adapters import types
from common.errors import FetchFailed, SelloError
from common.formats.base import VerifiedCredential
from common.formats.type_resolution import CredentialType, Words, check_claims
from wallet.services.held import Copy, Label


def described(verified: VerifiedCredential) -> CredentialType | None:
    """The type of an SD-JWT VC, all of whose claims are as it says (SD-JWT VC §5.7), if it is found.

    An office that is silent at the moment takes no card from anybody.
    """
    if verified.format != "dc+sd-jwt":
        return None
    fits = partial(check_claims, payload=verified.document, disclosed=verified.disclosed, whole=True)
    try:
        return types.credential_type(verified, fits=fits)
    except FetchFailed:
        return None


def labels(found: CredentialType | None) -> tuple[Label, ...]:
    """The type's words for claims."""
    claims = found.claims if found else ()
    return tuple(Label(claim.path, text) for claim in claims if (text := name(claim.words or ())))


def title(copies: Sequence[Copy]) -> str:
    """What people call the type of a card, for offices that do not say; empty where nobody says."""
    for copy in copies:
        if copy.format == "dc+sd-jwt":
            try:
                return name(types.credential_type(copy).words)
            except SelloError:
                continue
    return ""


def name(words: Sequence[Words]) -> str:
    """The English words, else the first; one line, of a length that fits a page."""
    english = [each for each in words if each.locale.lower().split("-")[0] == "en"]
    for each in (*english, *words):
        return " ".join(each.text.split())[:100]
    return ""
