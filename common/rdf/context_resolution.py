"""Contexts behind an `@context`, as PyLD asks for them: each read once, counted, and remembered parsed.

Our own stay with the thread; a stranger's are forgotten with the request that brought them.
"""

import itertools
import threading
from collections.abc import Mapping
from typing import Any, Final

from cachetools import LRUCache
from pyld.resolved_context import ResolvedContext

from common import purse
from common.rdf.contexts import Contexts
from common.rdf.errors import TransformationError

MAX_CONTEXTS: Final = 10  # contexts that name contexts, one below the other
MAX_NAMED: Final = 100  # contexts that one `@context` names in all, by itself and by way of others
MAX_TERMS: Final = 5_000  # in one context; schema.org, the largest in use, has some 3,000
MAX_REMEMBERED: Final = 16_000  # terms of parsed contexts of each kind; a credential's own are some hundreds


class ContextMemory:
    """Parsed contexts, each kind as far as so many terms go."""

    def __init__(self) -> None:
        self.remote: LRUCache[str, tuple[Mapping[str, Any], list[ResolvedContext]]] = LRUCache(
            maxsize=MAX_REMEMBERED, getsizeof=lambda known: sum(len(one.document or ()) for one in known[1])
        )
        self.embedded: LRUCache[int, tuple[Any, ResolvedContext]] = LRUCache(
            maxsize=MAX_REMEMBERED, getsizeof=lambda known: 1 + len(known[0])
        )
        self.scoped: LRUCache[tuple[Any, ...], tuple[Any, Any]] = LRUCache(
            maxsize=MAX_REMEMBERED, getsizeof=lambda known: 1 + len(known[1]["mappings"])
        )
        self.processed: LRUCache[tuple[int, str], Any] = LRUCache(
            maxsize=MAX_REMEMBERED, getsizeof=lambda known: 1 + len(known["mappings"])
        )


class _Thread(threading.local):
    """What one thread remembers of our own contexts: PyLD's caches are not made for several at once."""

    def __init__(self) -> None:
        self.memory = ContextMemory()


class _Processed:
    """Where PyLD keeps what a context makes of another, within the one memory."""

    def __init__(self) -> None:
        self.number = next(_numbers)

    def get(self, active: str) -> Any:
        return memory().processed.get((self.number, active))

    def __setitem__(self, active: str, processed: Any) -> None:
        remember_contexts(memory().processed, (self.number, active), processed)


_numbers: Final = itertools.count()
_thread: Final = _Thread()


def memory() -> ContextMemory:
    """The thread's; where a stranger's context was brought, the request's, and forgotten with it."""
    paying = purse.current_purse()
    if paying is None or not paying.brought:
        return _thread.memory
    found: ContextMemory = paying.brought.setdefault(__name__, ContextMemory())
    return found


def remember_contexts(kept: "LRUCache[Any, Any]", key: Any, value: Any) -> None:
    """Keep what was parsed, unless it alone would drive out most of the rest."""
    if kept.getsizeof(value) <= kept.maxsize // 4:
        kept[key] = value


class ContextResolver:
    """PyLD's context resolver, asking `contexts` each time and parsing only what it has not seen.

    What is remembered under a URL counts only while `contexts` still answers with the same document, so
    that one issuer's context never serves another's credential.
    """

    def __init__(self, contexts: Contexts) -> None:
        self.contexts = contexts
        self.met: dict[str, list[ResolvedContext] | None] = {}  # None while it is being read

    def resolve(self, _: Any, context: Any, base: Any, cycles: Any = None) -> list[ResolvedContext]:
        """The parsed contexts of an `@context` value, in order (JSON-LD 1.1 API §4.1)."""
        return self._resolve(context, depth=0)

    def _resolve(self, context: Any, *, depth: int) -> list[ResolvedContext]:
        if depth > MAX_CONTEXTS:
            raise TransformationError("Contexts name one another too deeply.")
        resolved: list[ResolvedContext] = []
        for item in context if isinstance(context, list) else [context]:
            if isinstance(item, str):
                resolved += self._remote(item, depth=depth)
            elif isinstance(item, dict):
                inner = item.get("@context", item)  # some wrap what they write into a document once more
                resolved += [_embedded(item)] if inner is item else self._resolve(inner, depth=depth + 1)
            elif item is None or item is False:
                resolved.append(ResolvedContext(False))
            else:
                raise TransformationError("A context is neither a URL nor an object.")
            if len(resolved) > MAX_NAMED:
                raise TransformationError(f"More than {MAX_NAMED} contexts at once are not accepted.")
        return resolved

    def _remote(self, url: str, *, depth: int) -> list[ResolvedContext]:
        """The contexts behind a URL: asked for once, however often it is named."""
        if url not in self.met:
            self.met[url] = None
            self.met[url] = self._read(url, depth=depth)
        found = self.met[url]
        if found is None:
            raise TransformationError("Contexts name one another in a circle.")
        return found

    def _read(self, url: str, *, depth: int) -> list[ResolvedContext]:
        purse.charge(steps=20)
        document = self.contexts(url)
        kept = memory()
        known = kept.remote.get(url)
        if known is not None and (known[0] is document or known[0] == document):
            kept.remote[url] = (document, known[1])  # the same object is known sooner than an equal one
            return known[1]
        if "@context" not in document:
            raise TransformationError("There is no context behind a context's URL.")
        context = document["@context"]
        resolved = self._resolve(context, depth=depth + 1)
        if isinstance(context, dict):  # one that names others is asked for them again
            remember_contexts(kept.remote, url, (document, resolved))
        return resolved


def _embedded(context: dict[str, Any]) -> ResolvedContext:
    """A context inside a context document, known by its identity; the cache keeps it alive, so it is one."""
    kept = memory()
    known = kept.embedded.get(id(context))
    if known is not None and known[0] is context:
        return known[1]
    if "@import" in context:  # PyLD would write into the imported document, which is everybody's
        raise TransformationError("A context that imports another is not accepted.")
    if len(context) > MAX_TERMS:
        raise TransformationError(f"More than {MAX_TERMS} terms in a context are not accepted.")
    resolved = ResolvedContext(context)
    resolved.cache = _Processed()
    remember_contexts(kept.embedded, id(context), (context, resolved))
    return resolved
