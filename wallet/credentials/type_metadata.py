"""What a card's type says of it: its words for people, and whether the card is as it says."""

from collections.abc import Sequence
from functools import partial

from common.adapters.documents import credential_types
from common.errors import FetchError, SelloError
from common.formats import FORMATS
from common.formats.base import VerifiedCredential
from common.formats.sd_jwt.rendering import parse_simple
from common.formats.sd_jwt.type_resolution import CredentialType, Localized, check_claims
from wallet.credentials.simple_rendering import draw_band
from wallet.credentials.stored_credentials import ClaimLabel, StoredCredential


def type_of_credential(verified: VerifiedCredential) -> CredentialType | None:
    """The type of an SD-JWT VC, all of whose claims are as it says (SD-JWT VC §5.7), if it is found.

    An office that is silent at the moment takes no card from anybody.
    """
    if not FORMATS[verified.format].traits.type_metadata:
        return None
    fits = partial(check_claims, payload=verified.document, disclosed=verified.disclosed, whole=True)
    try:
        return credential_types.credential_type(verified, fits=fits)
    except FetchError:
        return None


def type_labels(found: CredentialType | None) -> tuple[ClaimLabel, ...]:
    """The type's words for claims."""
    claims = found.claims if found else ()
    return tuple(
        ClaimLabel(claim.path, text) for claim in claims if (text := localized_name(claim.words or ()))
    )


def type_title(copies: Sequence[StoredCredential]) -> str:
    """What people call the type of a card, for offices that do not say; empty where nobody says."""
    for copy in copies:
        if FORMATS[copy.format].traits.type_metadata:
            try:
                return localized_name(credential_types.credential_type(copy).words)
            except SelloError:
                continue
    return ""


def card_band(copies: Sequence[StoredCredential]) -> str:
    """The picture across a card in the colour of its type and with its logo; empty where it says none."""
    for copy in copies:
        if FORMATS[copy.format].traits.type_metadata:
            try:
                words = _chosen(credential_types.credential_type(copy).words)
            except SelloError:
                continue
            return draw_band(parse_simple(words.rendering)) if words else ""
    return ""


def localized_name(words: Sequence[Localized]) -> str:
    """The English words, else the first; one line, of a length that fits a page."""
    chosen = _chosen(words)
    return " ".join(chosen.text.split())[:100] if chosen else ""


def _chosen(words: Sequence[Localized]) -> Localized | None:
    english = [each for each in words if each.locale.lower().split("-")[0] == "en"]
    return next((each for each in (*english, *words)), None)
