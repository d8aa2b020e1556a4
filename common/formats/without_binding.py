"""Credentials shown without their holder's signature, where a verifier asks for none (OpenID4VP §5.3).

Whoever has seen such a presentation could show it again; that is why nobody makes one unasked. Formats that
the dict does not list are always signed by their holder.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from common.errors import UnknownPartError
from common.formats.base import InvalidCredentialError, Secured, Sources
from common.formats.data_integrity import disclosure
from common.formats.sd_jwt_vc import with_disclosed
from common.vcdm import validation
from common.vcdm.credential import ClaimPath

Disclose = Sequence[ClaimPath] | None


def show(format_: str, secured: Secured, *, disclose: Disclose, sources: Sources) -> Secured:
    """The credential with the claims at `disclose` (None: all), under its issuer's signature alone."""
    if format_ not in UNBOUND:
        raise UnknownPartError("format that is shown without its holder's signature", format_, UNBOUND)
    return UNBOUND[format_](secured, disclose, sources)


def _sd_jwt(secured: Secured, disclose: Disclose, sources: Sources) -> Secured:
    return with_disclosed(secured, disclose)


def _linked_data(secured: Secured, disclose: Disclose, sources: Sources) -> Secured:
    if not isinstance(secured, Mapping):
        raise InvalidCredentialError("A credential with a Data Integrity proof is a JSON object.")
    if not disclosure.is_selective(secured):
        return secured
    contexts = partial(sources.context, issuer=validation.issuer_id(secured))
    if disclose is None:
        return disclosure.derive_whole(secured, contexts=contexts)
    return disclosure.derive(secured, disclose, contexts=contexts)


def _token(secured: Secured, disclose: Disclose, sources: Sources) -> Secured:
    return secured  # whole, as such credentials always are


UNBOUND: Final[dict[str, Callable[[Secured, Disclose, Sources], Secured]]] = {
    "dc+sd-jwt": _sd_jwt,
    "ldp_vc": _linked_data,
    "vc+jwt": _token,
    "jwt_vc_json": _token,
}
