"""Resolving and dereferencing for others (DID Resolution §4, §5).

1 the DID is well formed · 2 the options are known · 3 its document is had · 4 a query selects services ·
5 a fragment leads to a part. Never an exception: whatever went wrong stands in the result.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urljoin, urlsplit

from common.did import Resolve, did_key
from common.did.document import PURPOSES, DeactivatedError, ResolutionError, absolute
from common.did.resolution_result import ERRORS, Resolution, refusal
from common.errors import MalformedInputError, SelloError

_DID: Final = re.compile(  # DID Core §3.1
    r"did:[a-z0-9]+:(?:[A-Za-z0-9._:-]|%[0-9A-Fa-f]{2})*(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})"
)
_PCHAR: Final = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_REST: Final = re.compile(  # DID Core §3.2
    rf"(?P<path>(?:/{_PCHAR}*)*)(?:\?(?P<query>(?:{_PCHAR}|[/?])*))?(?:#(?P<fragment>(?:{_PCHAR}|[/?])*))?"
)
_SELECTING: Final = frozenset({"service", "serviceType", "relativeRef"})  # DID parameters, §5.3.1


@dataclass(frozen=True, slots=True)
class Options:
    """What may be asked beside the DID (§4.1, §5.1).

    `key_format` is how a did:key's keys shall be written (did:key §3.1.1); other methods publish them as they
    are. `others` are options that came along and are known to nobody here.
    """

    key_format: str = "Multikey"
    experimental: bool = False
    relationship: str | None = None
    expand_relative_urls: bool = False
    uri_list: bool = False
    others: frozenset[str] = frozenset()


def dereference(did_url: str, *, options: Options, resolve: Resolve) -> Resolution:
    """The document of a DID, or what a DID URL leads to; never an exception."""
    found = _DID.match(did_url)
    if found is None:
        return refusal("invalidDid", "This is not a DID.", dereferenced=False)
    did, rest = found[0], did_url[found.end() :]
    is_url = rest[:1] in ("/", "?", "#")
    try:
        parts = _REST.fullmatch(rest)
        if parts is None:
            # What follows may be meant as part of the identifier, or as the rest of a URL.
            code = "invalidDidUrl" if is_url else "invalidDid"
            raise ResolutionError("This is neither a DID nor a DID URL.", code=code)  # 1
        _check(options)  # 2
        document = _document(did, options=options, resolve=resolve)  # 3
        return _follow(document, did, parts, options=options)  # 4, 5
    except DeactivatedError:
        return Resolution(None, is_url, metadata={"deactivated": True})
    except MalformedInputError:
        return refusal("invalidDidDocument", "This DID document is not JSON.", dereferenced=is_url)
    except SelloError as error:
        code = error.code if error.code in ERRORS else "notFound"
        return refusal(code, error.public, dereferenced=is_url)


def _check(options: Options) -> None:
    if options.others:
        names = ", ".join(sorted(options.others))
        raise ResolutionError(f"Options that are not supported here: {names}.", code="featureNotSupported")
    if options.relationship is not None and options.relationship not in PURPOSES:
        known = ", ".join(PURPOSES)
        raise ResolutionError(f"A verification relationship is one of {known}.", code="invalidOptions")


def _document(did: str, *, options: Options, resolve: Resolve) -> Mapping[str, Any]:
    if did.startswith("did:key:"):
        return did_key.create_document(did, key_format=options.key_format, experimental=options.experimental)
    source = resolve(did).source
    return _expanded(source, did) if options.expand_relative_urls else source


def _expanded(source: Mapping[str, Any], did: str) -> Mapping[str, Any]:
    """The document with the names of its own parts written out (§4.4 step 6)."""

    def entry(value: Any) -> Any:
        if isinstance(value, str):
            return absolute(value, did)
        if isinstance(value, Mapping) and isinstance(value.get("id"), str):
            return {**value, "id": absolute(value["id"], did)}
        return value

    parts = ("verificationMethod", *PURPOSES, "service")
    lists = {name: source[name] for name in parts if isinstance(source.get(name), list)}
    return {**source, **{name: [entry(value) for value in values] for name, values in lists.items()}}


def _follow(document: Mapping[str, Any], did: str, parts: re.Match[str], *, options: Options) -> Resolution:
    """Where path, query and fragment lead from a document (§5.3)."""
    path, query, fragment = parts["path"], parts["query"], parts["fragment"]
    is_url = bool(parts[0])
    asked = dict(parse_qsl(query or "", keep_blank_values=True))
    if path or (query is not None and not {"service", "serviceType"} & set(asked)) or set(asked) - _SELECTING:
        if set(asked) & {"versionId", "versionTime", "hl"}:
            raise ResolutionError("Earlier versions are not kept here.", code="featureNotSupported")
        raise ResolutionError("Nothing is known here of such a path or query.")
    if asked:
        services = _services(document, did, asked)
        if options.uri_list:
            return Resolution(None, True, location=_location(services, asked.get("relativeRef"), fragment))
        document = {**document, "service": services}
    elif options.uri_list:
        raise ResolutionError("Services alone are had as addresses.", code="representationNotSupported")
    if fragment is not None:
        return Resolution(_part(document, did, fragment, options.relationship), True)
    if options.relationship is not None:
        raise ResolutionError("A relationship is asked of a key.", code="INVALID_VERIFICATION_METHOD")
    return Resolution(document, is_url)


def _services(document: Mapping[str, Any], did: str, asked: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """The services of that name and type; one at least (§5.3.1)."""
    values = document.get("service", [])
    found = [entry for entry in values if isinstance(entry, Mapping)] if isinstance(values, list) else []
    if (name := asked.get("service")) is not None:
        wanted = name if name.startswith("did:") else f"{did}#{name.removeprefix('#')}"
        found = [entry for entry in found if absolute(str(entry.get("id")), did) == wanted]
    if (kind := asked.get("serviceType")) is not None:
        found = [entry for entry in found if kind in _texts(entry.get("type"))]
    if not found:
        raise ResolutionError("The DID document has no such service.")
    return found


def _location(services: Sequence[Mapping[str, Any]], relative: str | None, fragment: str | None) -> str:
    """The address of the first service that has one, for a redirect (§5.3.1, §5.3.2, §10.1)."""
    urls = [url for service in services for url in _texts(service.get("serviceEndpoint"))]
    if not urls:
        raise ResolutionError("This service has no address of its own.")
    url = urljoin(urls[0], relative) if relative is not None else urls[0]
    if urlsplit(url).scheme not in ("https", "http") or not url.isprintable():
        raise ResolutionError("This service has no address on the web.")
    if fragment is None:
        return url
    if "#" in url:
        raise ResolutionError("The service's address has a fragment already.", code="invalidDidUrl")
    return f"{url}#{fragment}"


def _texts(value: object) -> list[str]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


def _part(
    document: Mapping[str, Any], did: str, fragment: str, relationship: str | None
) -> Mapping[str, Any]:
    """The key or service that a fragment names, a key within the relationship that was asked for (§5.3.2)."""
    wanted = f"{did}#{fragment}"
    found: Mapping[str, Any] | None = None
    where = set()
    for name in ("verificationMethod", *PURPOSES, "service"):
        values = document.get(name, [])
        for entry in values if isinstance(values, list) else []:
            identifier = entry.get("id") if isinstance(entry, Mapping) else entry
            if isinstance(identifier, str) and absolute(identifier, did) == wanted:
                where.add(name)
                found = entry if found is None and isinstance(entry, Mapping) else found
    if found is None:
        raise ResolutionError("The DID document has no such part.")
    if relationship is not None and not where & {"verificationMethod", *PURPOSES}:
        raise ResolutionError("This part is no key.", code="INVALID_VERIFICATION_METHOD")
    if relationship is not None and relationship not in where:
        raise ResolutionError(
            f"This key is not meant for {relationship}.", code="INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD"
        )
    return found
