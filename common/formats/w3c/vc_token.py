"""A credential in a token, whichever format or presentation it came in."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from common.errors import FetchError, SelloError
from common.formats.base import Sources, VerifiedCredential
from common.formats.w3c import data_model, jose
from common.rdf.expansion import expand_types
from common.vcdm import validation

JOSE: Final = "vc+jwt"  # the format of a token in an envelope, by itself or among what a presentation shows


def verify(token: str, *, format_: str, sources: Sources, now: datetime) -> VerifiedCredential:
    """The credential, once its issuer's signature, its shape and its validity period hold."""
    found = jose.verify(token, kind="vc", sources=sources, now=now)
    subject = found.claims.get("sub")
    return data_model.verified_credential(
        found.document,
        format_=format_,
        key_id=found.method.id,
        types=_types(found.document, sources),
        now=now,
        bound_to=subject if isinstance(subject, str) else None,
        certificates=found.method.certificates,
    )


def _types(document: Mapping[str, Any], sources: Sources) -> tuple[str, ...]:
    """The types as IRIs; as they stand where nobody here knows their contexts (§B.1.1)."""
    try:
        return expand_types(
            document, contexts=partial(sources.context, issuer=validation.issuer_id(document))
        )
    except FetchError:
        raise
    except SelloError:
        value = document["type"]
        return tuple(value) if isinstance(value, list) else (value,)
