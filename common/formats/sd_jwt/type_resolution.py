"""SD-JWT VC Type Metadata as they are read (§5, §6): retrieved, extended, held against a credential.

1 retrieve, and compare with the integrity that the referrer claims · 2 the document speaks of the type that
led to it · 3 the same for the type that it extends, never in a circle · 4 lay child over parent.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from common.did import Fetch
from common.encoding import strict_json
from common.errors import FetchError, MalformedInputError, SelloError
from common.formats.base import InvalidCredentialError
from common.vcdm.credential import ClaimPath

Sd = Literal["always", "allowed", "never"]
MAX_ANCESTORS: Final = 8
MAX_CLAIMS: Final = 500
MAX_TEXT: Final = 500  # of a name or a label, which people shall read
STRONGEST_FIRST: Final = {"sha512": hashlib.sha512, "sha384": hashlib.sha384, "sha256": hashlib.sha256}


class InvalidTypeMetadataError(SelloError):
    """A type that does not say what it must, is not the one that was meant, or extends itself."""

    code = "invalid_credential"


@dataclass(frozen=True, slots=True)
class Localized:
    """One language's words for a type or a claim (§5.5, §5.6.2)."""

    locale: str
    text: str
    description: str = ""
    rendering: Mapping[str, Any] = field(default_factory=dict)  # of a type: as it stands (rendering.py)


@dataclass(frozen=True, slots=True)
class DescribedClaim:
    """What a type says of one claim, or of all that its path selects (§5.6); None is nothing said."""

    path: ClaimPath
    words: tuple[Localized, ...] | None = None
    mandatory: bool | None = None
    sd: Sd | None = None


@dataclass(frozen=True, slots=True)
class CredentialType:
    """A type with all that it inherits; `ancestors` are the types it extends, the nearest first."""

    vct: str
    ancestors: tuple[str, ...]
    words: tuple[Localized, ...]
    claims: tuple[DescribedClaim, ...]


def resolve_type(vct: str, *, integrity: object = None, fetch: Fetch) -> CredentialType:
    """The type behind a `vct` URL; `integrity` is the credential's `vct#integrity` (§5.3, §5.4).

    `FetchError` leaves open what the type says; any other error means that it cannot be relied upon.
    """
    chain: list[Mapping[str, Any]] = []
    wanted: object = vct
    while wanted is not None:
        if not isinstance(wanted, str):
            raise InvalidTypeMetadataError("A type is named by a text.")
        if not wanted.startswith(("https://", "http://")):  # which of them may be asked, the door decides
            raise FetchError("This type is known by a name that is no address.", detail=wanted)
        if wanted in [document["vct"] for document in chain]:
            raise InvalidTypeMetadataError("This type extends itself.")
        if len(chain) > MAX_ANCESTORS:
            raise InvalidTypeMetadataError(f"This type extends more than {MAX_ANCESTORS} others.")
        chain.append(_retrieve(wanted, integrity=integrity, fetch=fetch))
        wanted, integrity = chain[-1].get("extends"), chain[-1].get("extends#integrity")
    whole: CredentialType | None = None
    for document in reversed(chain):
        whole = _lay_over(_parse(document), whole)
    assert whole is not None
    return whole


def check_integrity(document: bytes, integrity: object) -> None:
    """Raise unless the octets have a digest of the strongest algorithm named (§6; W3C SRI §3)."""
    if not isinstance(integrity, str):
        raise InvalidTypeMetadataError("The integrity of a type is said in a text.")
    said: dict[str, list[str]] = {}
    for expression in integrity.split():
        name, _, digest = expression.split("?")[0].partition("-")
        said.setdefault(name, []).append(digest)
    strongest = next((name for name in STRONGEST_FIRST if name in said), None)
    if strongest is None:
        raise InvalidTypeMetadataError("The integrity of this type is said in no way that is known.")
    actual = STRONGEST_FIRST[strongest](document).digest()
    if not any(hmac.compare_digest(actual, _digest(digest)) for digest in said[strongest]):
        raise InvalidTypeMetadataError("This type is not the one that the credential means.")


def check_claims(
    found: CredentialType, payload: Mapping[str, Any], *, disclosed: Iterable[ClaimPath], whole: bool
) -> None:
    """Raise unless a credential's claims are as its type says (§5.6), `disclosed` those out of Disclosures.

    A holder has the `whole` credential. Of one that is shown, nobody misses what may be kept back, and no
    position in an array is known.
    """
    concealed: set[ClaimPath] = set(disclosed)
    for claim in found.claims:
        if not whole and any(type(step) is int for step in claim.path):
            continue
        places = _places(payload, claim.path)
        if claim.mandatory and not places and (whole or claim.sd == "never"):
            raise InvalidCredentialError("This credential lacks a claim that its type requires.")
        if claim.sd == "always" and not concealed.issuperset(places):
            raise InvalidCredentialError("This credential shows openly what its type has concealed.")
        if claim.sd == "never" and not concealed.isdisjoint(places):
            raise InvalidCredentialError("This credential conceals what its type has shown.")


def _places(payload: Any, path: ClaimPath) -> list[ClaimPath]:
    """Where a path leads (§5.6.1): nowhere where a value is missing; one of another kind is an error."""
    found: list[tuple[ClaimPath, Any]] = [((), payload)]
    for step in path:
        if not all(isinstance(value, dict if isinstance(step, str) else list) for _, value in found):
            raise InvalidCredentialError("A claim of this credential has another shape than its type says.")
        found = [
            ((*place, key), child)
            for place, value in found
            for key, child in (value.items() if isinstance(value, dict) else enumerate(value))
            if step is None or key == step
        ]
    return [place for place, _ in found]


def _retrieve(vct: str, *, integrity: object, fetch: Fetch) -> Mapping[str, Any]:
    body = fetch(vct, accept="application/json").body
    if integrity is not None:
        check_integrity(body, integrity)
    try:
        document: Mapping[str, Any] = strict_json.without_nulls(strict_json.loads_object(body))
    except MalformedInputError as error:
        raise InvalidTypeMetadataError("What this type publishes cannot be read.") from error
    if document.get("vct") != vct:
        raise InvalidTypeMetadataError("What was found under this type speaks of another.")
    return document


def _parse(document: Mapping[str, Any]) -> CredentialType:
    claims = tuple(_claim(entry) for entry in _list(document, "claims"))
    if len({claim.path for claim in claims}) != len(claims):
        raise InvalidTypeMetadataError("This type describes a claim twice.")
    return CredentialType(document["vct"], (), tuple(_words(document, "name")), claims)


def _claim(entry: Any) -> DescribedClaim:
    path = entry.get("path") if isinstance(entry, Mapping) else None
    if not isinstance(path, list) or not path or not all(_is_step(step) for step in path):
        raise InvalidTypeMetadataError("A type names its claims by paths.")
    mandatory, sd = entry.get("mandatory"), entry.get("sd")
    if not isinstance(mandatory, bool | None) or sd not in (None, "always", "allowed", "never"):
        raise InvalidTypeMetadataError("A type says of a claim what cannot be understood.")
    words = tuple(_words(entry, "label")) if "display" in entry else None
    return DescribedClaim(tuple(path), words, mandatory, sd)


def _words(entry: Mapping[str, Any], name: str) -> Iterator[Localized]:
    for display in _list(entry, "display"):
        if not isinstance(display, Mapping):
            raise InvalidTypeMetadataError("The display of a type is a list of objects.")
        locale, text, description = display.get("locale"), display.get(name), display.get("description", "")
        if not all(isinstance(value, str) for value in (locale, text, description)):
            raise InvalidTypeMetadataError(f"The display of a type holds a locale and a {name}.")
        rendering = display.get("rendering")
        yield Localized(
            str(locale),
            str(text)[:MAX_TEXT],
            str(description)[:MAX_TEXT],
            rendering if isinstance(rendering, Mapping) else {},
        )


def _lay_over(child: CredentialType, parent: CredentialType | None) -> CredentialType:
    """What a type inherits and overrides (§5.4, §5.5.2, §5.6.5); properties are replaced, never merged."""
    if parent is None:
        return child
    claims = {claim.path: claim for claim in parent.claims}
    for claim in child.claims:
        inherited = claims.get(claim.path)
        claims[claim.path] = claim if inherited is None else _override(inherited, claim)
    return CredentialType(
        child.vct, (parent.vct, *parent.ancestors), child.words or parent.words, tuple(claims.values())
    )


def _override(inherited: DescribedClaim, claim: DescribedClaim) -> DescribedClaim:
    if inherited.sd in ("always", "never") and claim.sd not in (None, inherited.sd):
        raise InvalidTypeMetadataError("This type conceals or shows what the type that it extends does not.")
    if inherited.mandatory and claim.mandatory is False:
        raise InvalidTypeMetadataError(
            "This type does without a claim that the type that it extends requires."
        )
    said = {
        name: value for name in ("words", "mandatory", "sd") if (value := getattr(claim, name)) is not None
    }
    return replace(inherited, **said)


def _list(entry: Mapping[str, Any], name: str) -> list[Any]:
    value = entry.get(name, [])
    if not isinstance(value, list) or len(value) > MAX_CLAIMS:
        raise InvalidTypeMetadataError(f"The {name} of a type is a list of bounded length.")
    return value


def _is_step(step: object) -> bool:
    return step is None or isinstance(step, str) or (type(step) is int and step >= 0)


def _digest(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
