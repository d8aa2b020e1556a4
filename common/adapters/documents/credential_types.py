"""Types of SD-JWT VCs through the one door, kept for a while (SD-JWT VC §5.3.4)."""

from collections.abc import Callable
from functools import partial

from common.adapters.documents import document_cache
from common.errors import FetchError, SelloError
from common.formats import FORMATS
from common.formats.base import VerifiedCredential
from common.formats.sd_jwt.type_resolution import CredentialType, check_claims, resolve_type
from common.oid4vp.matching import Matchable


def credential_type(
    credential: Matchable, *, fits: Callable[[CredentialType], None] | None = None
) -> CredentialType:
    """What the type of a verified SD-JWT VC says; `FetchError` where nobody can be asked.

    `fits` raises where the credential is not as the type says. What was kept may be older than it.
    """
    resolve = partial(resolve_type, credential.types[0], integrity=credential.document.get("vct#integrity"))
    try:
        return _fitting(resolve(fetch=document_cache.kept), fits)
    except FetchError:
        raise
    except SelloError as error:
        try:
            return _fitting(resolve(fetch=document_cache.newer), fits)
        except FetchError:
            raise error from None


def named_type(vct: str) -> CredentialType:
    """What a type says of itself, that nobody has a credential of; errors as for `credential_type`."""
    return resolve_type(vct, fetch=document_cache.kept)


def ancestors(credential: Matchable) -> tuple[str, ...]:
    """The types that a verified credential's type extends, as far as they can be found out.

    None where its claims, as far as they are shown, are not as its type says (SD-JWT VC §5.7).
    """
    if not FORMATS[credential.format].traits.type_metadata:
        return ()
    try:
        if not isinstance(credential, VerifiedCredential):
            return credential_type(credential).ancestors
        document, disclosed = credential.document, credential.disclosed
        fits = partial(check_claims, payload=document, disclosed=disclosed, whole=False)
        return credential_type(credential, fits=fits).ancestors
    except SelloError:
        return ()


def _fitting(found: CredentialType, fits: Callable[[CredentialType], None] | None) -> CredentialType:
    if fits:
        fits(found)
    return found
