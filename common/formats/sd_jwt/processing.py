"""From payload and Disclosures to claims (RFC 9901 §7.1): every digest once, no Disclosure left over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from common.errors import MalformedInputError
from common.formats.sd_jwt.disclosure import DEFAULT_HASH, HASHES, RESERVED, Disclosure, digest, parse

MAX_DEPTH: Final = 64
Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Processed:
    """The claims without their machinery, and where in them each Disclosure's value now stands."""

    payload: dict[str, Any]
    places: tuple[tuple[Place, Disclosure], ...]
    hash_algorithm: str


def process(payload: Mapping[str, Any], disclosures: Sequence[str]) -> Processed:
    """Put disclosed values where their digests stand, and take the digests out (§7.1 steps 2e and 3 to 5)."""
    algorithm = DEFAULT_HASH if payload.get("_sd_alg") is None else payload["_sd_alg"]
    if not isinstance(algorithm, str) or algorithm not in HASHES:
        raise MalformedInputError("This SD-JWT uses a hash algorithm that is not accepted.")
    found = {digest(encoded, algorithm=algorithm): parse(encoded) for encoded in disclosures}
    if len(found) != len(disclosures):
        raise MalformedInputError("A disclosure stands twice in this SD-JWT.")
    processing = _Processing(found)
    claims = {name: value for name, value in payload.items() if name != "_sd_alg"}
    result = processing.object(claims, ())
    if processing.unused():
        raise MalformedInputError("A disclosure in this SD-JWT belongs to no digest of its issuer.")
    return Processed(result, tuple(processing.places), algorithm)


class _Processing:
    def __init__(self, found: Mapping[str, Disclosure]) -> None:
        self._found = found
        self._seen: set[str] = set()
        self.places: list[tuple[Place, Disclosure]] = []

    def unused(self) -> bool:
        return not self._found.keys() <= self._seen

    def object(self, value: Mapping[str, Any], place: Place) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for name, child in value.items():
            if name == "_sd":
                continue
            if name in RESERVED:
                raise MalformedInputError("A claim in this SD-JWT has a name that no claim may have.")
            result[name] = self._value(child, (*place, name))
        for text in self._digests(value):
            disclosure = self._lookup(text)
            if disclosure is None:
                continue
            if disclosure.name is None:
                raise MalformedInputError("A disclosure of an array element stands where a claim belongs.")
            if disclosure.name in result:
                raise MalformedInputError("A disclosure would overwrite a claim.")
            here = (*place, disclosure.name)
            self.places.append((here, disclosure))
            result[disclosure.name] = self._value(disclosure.value, here)
        return result

    def _value(self, value: Any, place: Place) -> Any:
        if len(place) > MAX_DEPTH:
            raise MalformedInputError("This SD-JWT is nested too deeply.")
        if isinstance(value, dict):
            return self.object(value, place)
        if isinstance(value, list):
            return self._array(value, place)
        return value

    def _array(self, value: Sequence[Any], place: Place) -> list[Any]:
        result: list[Any] = []
        for element in value:
            here = (*place, len(result))
            if isinstance(element, dict) and "..." in element:
                if len(element) != 1 or not isinstance(element["..."], str):
                    raise MalformedInputError("A digest in an array of this SD-JWT is malformed.")
                disclosure = self._lookup(element["..."])
                if disclosure is None:
                    continue
                if disclosure.name is not None:
                    raise MalformedInputError(
                        "A disclosure of a claim stands where an array element belongs."
                    )
                self.places.append((here, disclosure))
                result.append(self._value(disclosure.value, here))
            else:
                result.append(self._value(element, here))
        return result

    def _digests(self, value: Mapping[str, Any]) -> list[str]:
        digests = [] if value.get("_sd") is None else value["_sd"]
        if not isinstance(digests, list) or not all(isinstance(entry, str) for entry in digests):
            raise MalformedInputError("The digests of this SD-JWT are not a list of texts.")
        return digests

    def _lookup(self, text: str) -> Disclosure | None:
        if text in self._seen:
            raise MalformedInputError("A digest stands twice in this SD-JWT.")
        self._seen.add(text)
        return self._found.get(text)
