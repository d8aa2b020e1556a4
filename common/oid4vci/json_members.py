"""The members of a JSON object, read as what a specification says they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from common.encoding import strict_json
from common.errors import SelloError

MAX_TEXT = 20_000
MAX_SECONDS = 10**9  # some thirty years


@dataclass(frozen=True, slots=True)
class Members:
    """A JSON object and the kind of error that a wrong member of it is; unknown members are ignored.

    A member that is null says nothing: it is as one that is absent.
    """

    source: Mapping[str, Any]
    error: type[SelloError]

    def __post_init__(self) -> None:
        present = {name: value for name, value in self.source.items() if value is not None}
        object.__setattr__(self, "source", present)

    def __contains__(self, name: object) -> bool:
        return name in self.source

    def text(self, name: str) -> str:
        """A required, non-empty string."""
        value = self.source.get(name)
        if not isinstance(value, str) or not value or len(value) > MAX_TEXT or "\0" in value:
            raise self.error(f"{name} must be a text that is not empty.")
        return value

    def optional_text(self, name: str) -> str | None:
        """A string, or None where the member is absent or an empty text."""
        return self.text(name) if self.source.get(name, "") != "" else None

    def readable_text(self, name: str) -> str | None:
        """A string, or None where the member is absent or cannot be shown."""
        try:
            return self.optional_text(name)
        except self.error:
            return None

    def texts(self, name: str, *, required: bool = True) -> tuple[str, ...]:
        """A non-empty list of strings, each taken once; () only where it may be, and is absent or empty."""
        if not required and self.source.get(name, []) == []:
            return ()
        value = self.source.get(name)
        if not isinstance(value, list) or not value or not all(isinstance(v, str) and v for v in value):
            raise self.error(f"{name} must be a list of texts that is not empty.")
        return tuple(dict.fromkeys(value))

    def integer(self, name: str, *, minimum: int) -> int | None:
        """A whole number of at least `minimum`, or None where the member is absent."""
        if name not in self:
            return None
        value = strict_json.whole(self.source[name])
        if value is None or value < minimum:
            raise self.error(f"{name} must be a whole number of at least {minimum}.")
        return value

    def seconds(self, name: str) -> float | None:
        """A length of time, perhaps with a fraction, cut to what fits a calendar; None where it is absent."""
        value = self.source.get(name)
        if value is None:
            return None
        if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
            raise self.error(f"{name} must be a number of seconds.")
        return min(value, MAX_SECONDS)

    def objects(self, name: str) -> tuple["Members", ...]:
        """A list of objects; () where the member is absent."""
        value = self.source.get(name, [])
        if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
            raise self.error(f"{name} must be a list of objects.")
        return tuple(Members(entry, self.error) for entry in value)

    def object(self, name: str) -> "Members":
        """An object; empty where the member is absent."""
        value = self.source.get(name, {})
        if not isinstance(value, Mapping):
            raise self.error(f"{name} must be an object.")
        return Members(value, self.error)

    def url(self, name: str) -> str:
        """A required URL that may be asked: https, or http on a loopback address, without a fragment."""
        value = self.text(name)
        if not is_web_url(value):
            raise self.error(f"{name} must be an https URL.")
        return value

    def optional_url(self, name: str) -> str | None:
        """Such a URL, or None where the member is absent or an empty text."""
        return self.url(name) if self.source.get(name, "") != "" else None

    def usable_url(self, name: str) -> str | None:
        """Such a URL, or None where there is none that may be asked."""
        try:
            return self.optional_url(name)
        except self.error:
            return None


def is_web_url(value: str) -> bool:
    """Whether `value` is https (http on a loopback address) with a host and no user or fragment."""
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    secure = parts.scheme == "https" or (parts.scheme == "http" and host in ("localhost", "127.0.0.1", "::1"))
    return secure and bool(host) and parts.username is None and "#" not in value and value.isascii()


def is_identifier(value: str) -> bool:
    """Whether `value` can identify an issuer (§12.2.1): such a URL without a query."""
    return is_web_url(value) and "?" not in value
