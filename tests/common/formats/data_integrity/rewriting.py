"""The same statements in other JSON: rewritings of a document that leave its RDF as it is, or mean to.

Each takes one object somewhere in a document and writes a part of it otherwise. Whether the statements did
stay the same is asked of JSON-LD itself afterwards (`statements`), not of the rewriting.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

from common.rdf.canonical import canonicalize
from common.rdf.contexts import CREDENTIALS_V1, CREDENTIALS_V2, DATA_INTEGRITY_V2, DID_V1, SHIPPED, Contexts
from common.rdf.dataset import to_quads
from common.rdf.expansion import expand

Object = dict[str, Any]
Rewriting = Callable[[Object, Random, "Vocabulary"], None]  # in place
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
XSD = "http://www.w3.org/2001/XMLSchema#"
PLAIN = ("id", "type", "@context", "proofValue", "verifiableCredential", "proof")


class Vocabulary:
    """What terms mean, in every context that may be named; `others` are the IRIs' further names."""

    def __init__(self, contexts: Mapping[str, Mapping[str, Any]]) -> None:
        self.iris: dict[str, str] = {}
        self.types: dict[str, str] = {}
        self.others: dict[str, list[str]] = {}
        self.urls = list(contexts)
        for document in (*(SHIPPED[url] for url in (CREDENTIALS_V1, CREDENTIALS_V2)), *contexts.values()):
            for term, definition in _definitions(document["@context"]):
                said = definition if isinstance(definition, Mapping) else {"@id": definition}
                iri = said.get("@id")
                if isinstance(iri, str):
                    self.iris.setdefault(term, iri)
                    self.others.setdefault(iri, []).append(term)
                if isinstance(said.get("@type"), str):
                    self.types.setdefault(term, said["@type"])


def _definitions(context: Any) -> Iterator[tuple[str, Any]]:
    for part in context if isinstance(context, list) else [context]:
        for term, definition in part.items() if isinstance(part, Mapping) else ():
            if not term.startswith("@"):
                yield term, definition
                if isinstance(definition, Mapping):
                    yield from _definitions(definition.get("@context"))


def statements(document: Mapping[str, Any], *, contexts: Contexts) -> tuple[bytes, frozenset[Any]]:
    """What each part of a document says to a suite: the document, and its proofs, each with its value."""
    whole = {name: part for name, part in document.items() if name != "proof"}
    proofs = document["proof"] if isinstance(document["proof"], list) else [document["proof"]]
    configurations = [
        {name: part for name, part in proof.items() if name != "proofValue"}
        | {"@context": document["@context"]}
        for proof in proofs
    ]
    said, *options = (
        canonicalize(to_quads(expand(part, contexts=contexts))) for part in (whole, *configurations)
    )
    return said, frozenset(zip(options, (proof["proofValue"] for proof in proofs), strict=True))


def rewrite(document: Mapping[str, Any], random: Random, vocabulary: Vocabulary) -> Object:
    """A copy of a document, rewritten in one to four places."""
    found: Object = json.loads(json.dumps(document))
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
        kind = random.choice(REWRITINGS)
        if kind in OF_THE_WHOLE:
            kind(found, random, vocabulary)
        else:
            kind(random.choice(list(_objects(found))), random, vocabulary)
    return found


def _objects(value: Any) -> Iterator[Object]:
    if isinstance(value, dict):
        yield value
        for name, part in value.items():
            if name not in ("@context", "verifiableCredential"):
                yield from _objects(part)
    elif isinstance(value, list):
        for part in value:
            yield from _objects(part)


def _key(found: Object, random: Random) -> str | None:
    keys = [key for key in found if key not in PLAIN and not key.startswith("@")]
    return random.choice(keys) if keys else None


def _rename(found: Object, old: str, new: str) -> None:
    parts = list(found.items())
    found.clear()
    found.update({(new if key == old else key): value for key, value in parts})


def absolute_name(found: Object, random: Random, vocabulary: Vocabulary) -> None:
    key = _key(found, random)
    iri = vocabulary.iris.get(key or "")
    if key and iri:
        value = found[key]
        datatype = vocabulary.types.get(key)
        if datatype == "@id" and isinstance(value, str):
            value = {"@id": value}
        elif datatype and not datatype.startswith("@") and isinstance(value, str | int):
            value = {"@value": value, "@type": datatype}
        found[key] = value
        _rename(found, key, iri)


def compact_name(found: Object, random: Random, vocabulary: Vocabulary) -> None:
    key = _key(found, random)
    iri = vocabulary.iris.get(key or "", "")
    for prefix in ("cred", "farm", "schema"):
        space = vocabulary.iris.get(prefix)
        if key and space and iri.startswith(space):
            _rename(found, key, f"{prefix}:{iri.removeprefix(space)}")
            return


def other_name(found: Object, random: Random, vocabulary: Vocabulary) -> None:
    key = _key(found, random)
    names = [name for name in vocabulary.others.get(vocabulary.iris.get(key or "", ""), []) if name != key]
    if key and names:
        _rename(found, key, random.choice(names))


def value_object(found: Object, random: Random, vocabulary: Vocabulary) -> None:
    key = _key(found, random)
    if key and isinstance(found[key], str | int):
        datatype = vocabulary.types.get(key)
        typed = {"@type": datatype} if datatype and not datatype.startswith("@") else {}
        tags: list[Object] = [{}, typed, {"@type": f"{XSD}string"}, {"@language": None}, {"@index": "1"}]
        found[key] = {"@value": found[key], **random.choice(tags)}


def one_or_many(found: Object, random: Random, vocabulary: Vocabulary) -> None:
    key = random.choice([key for key in found if key != "@context"] or [""])
    if key:
        value = found[key]
        found[key] = value[0] if isinstance(value, list) and len(value) == 1 else [value]


def twice(found: Object, random: Random, vocabulary: Vocabulary) -> None:
    key = random.choice([key for key in found if key not in ("id", "@context")] or [""])
    if key:
        value = found[key]
        found[key] = [*value, value[0]] if isinstance(value, list) and value else [value, value]


def container(found: Object, random: Random, vocabulary: Vocabulary) -> None:
    key = _key(found, random)
    if key:
        value = found[key]
        values = value if isinstance(value, list) else [value]
        found[key] = {random.choice(("@set", "@set", "@list", "all")): values}


def shuffled(found: Object, random: Random, vocabulary: Vocabulary) -> None:
    for key, value in found.items():
        if isinstance(value, list) and key != "@context":
            random.shuffle(value)


def members_shuffled(found: Object, random: Random, vocabulary: Vocabulary) -> None:
    parts = list(found.items())
    random.shuffle(parts)
    found.clear()
    found.update(parts)


def keywords(found: Object, random: Random, vocabulary: Vocabulary) -> None:
    for plain, names in (("id", ("@id", "ident")), ("type", ("@type", "kind", RDF_TYPE))):
        if plain in found and random.random() < 0.6:
            name = random.choice(names)
            if name == RDF_TYPE:
                types = found[plain] if isinstance(found[plain], list) else [found[plain]]
                found[plain] = [{"@id": vocabulary.iris.get(each, each)} for each in types]
            _rename(found, plain, name)


def absolute_types(found: Object, random: Random, vocabulary: Vocabulary) -> None:
    types = found.get("type")
    if isinstance(types, list):
        found["type"] = [vocabulary.iris.get(each, each) if random.random() < 0.7 else each for each in types]
    elif isinstance(types, str):
        found["type"] = vocabulary.iris.get(types, types)


def nested(found: Object, random: Random, vocabulary: Vocabulary) -> None:
    keys = [key for key in found if key not in PLAIN and random.random() < 0.4]
    if keys:
        inner = {key: found.pop(key) for key in keys}
        found[random.choice(("@nest", "labels"))] = random.choice((inner, [inner]))


def identified(found: Object, random: Random, vocabulary: Vocabulary) -> None:
    key = random.choice([key for key in found if vocabulary.types.get(key) == "@id"] or [""])
    if key:
        value = found[key]
        if isinstance(value, str):
            found[key] = {random.choice(("id", "@id")): value}
        elif isinstance(value, dict) and value.keys() <= {"id", "@id"} and value:
            found[key] = next(iter(value.values()))


def named_blank(found: Object, random: Random, vocabulary: Vocabulary) -> None:
    if "id" not in found and not any(key.startswith("@") and key != "@context" for key in found):
        found[random.choice(("id", "@id"))] = f"_:b{random.randrange(1_000_000)}"


def number_or_text(found: Object, random: Random, vocabulary: Vocabulary) -> None:
    for key, value in found.items():
        if type(value) is int:
            found[key] = random.choice((str(value), float(value)))
        elif value is True or value is False:
            found[key] = str(value).lower()
        elif isinstance(value, str) and value.isdecimal():
            found[key] = int(value)


def other_case(found: Object, random: Random, vocabulary: Vocabulary) -> None:
    for name in ("@language",):
        if isinstance(found.get(name), str):
            found[name] = found[name].swapcase()


def context_within(found: Object, random: Random, vocabulary: Vocabulary) -> None:
    found.setdefault("@context", random.choice([*vocabulary.urls, DID_V1, CREDENTIALS_V2]))


def in_a_graph(found: Object, random: Random, vocabulary: Vocabulary) -> None:
    inner = {key: found.pop(key) for key in list(found) if key not in ("@context", "proof")}
    found[random.choice(("@graph", "graph"))] = [inner]


def included(found: Object, random: Random, vocabulary: Vocabulary) -> None:
    """A named node described beside the document, and only named where it stood."""
    places = [
        (owner, key)
        for owner in _objects(found)
        for key, value in owner.items()
        if isinstance(value, dict) and isinstance(value.get("id"), str) and len(value) > 1 and key != "proof"
    ]
    if places:
        owner, key = random.choice(places)
        node = owner[key]
        owner[key] = {"id": node["id"]}
        found.setdefault(random.choice(("@included", "also")), []).append(node)


def elsewhere(found: Object, random: Random, vocabulary: Vocabulary) -> None:
    """A part of what is said of a named node moved to another place where it is named."""
    nodes = [node for node in _objects(found) if isinstance(node.get("id"), str) and node.keys() - {"id"}]
    names = {node["id"] for node in nodes}
    places: list[tuple[Object, str]] = [
        (owner, key)
        for owner in _objects(found)
        for key, value in owner.items()
        if key != "id" and isinstance(value, str) and value in names
    ]
    others = [(a, b) for a in nodes for b in nodes if a is not b and a["id"] == b["id"]]
    if others and random.random() < 0.5:
        node, other = random.choice(others)
    elif places:
        owner, key = random.choice(places)
        node = next(each for each in nodes if each["id"] == owner[key])
        other = owner[key] = {"id": node["id"]}
    else:
        return
    moved = [key for key in node if key not in PLAIN and random.random() < 0.6]
    if node is not found and other is not found:
        other.update({key: node[key] for key in moved})
        if random.random() < 0.8:
            for key in moved:
                del node[key]


def turned_round(found: Object, random: Random, vocabulary: Vocabulary) -> None:
    """The subject at the top, and the credential as that of which it is the subject."""
    subject = found.get("credentialSubject")
    if isinstance(subject, dict):
        kept: dict[str, Any] = {key: found.pop(key) for key in ("@context", "proof") if key in found}
        del found["credentialSubject"]
        whole = dict(found)
        found.clear()
        found.update({**kept, **subject, "@reverse": {vocabulary.iris["credentialSubject"]: whole}})


def more_contexts(found: Object, random: Random, vocabulary: Vocabulary) -> None:
    contexts = found.get("@context")
    if isinstance(contexts, list):
        other = random.choice([*vocabulary.urls, DID_V1, DATA_INTEGRITY_V2, CREDENTIALS_V2, CREDENTIALS_V1])
        contexts.insert(random.randint(0 if random.random() < 0.1 else 1, len(contexts)), other)


def other_contexts(found: Object, random: Random, vocabulary: Vocabulary) -> None:
    contexts = found.get("@context")
    if isinstance(contexts, list) and len(contexts) > 1:
        place = random.randrange(1, len(contexts))
        contexts[place] = random.choice(vocabulary.urls)


def fewer_contexts(found: Object, random: Random, vocabulary: Vocabulary) -> None:
    contexts = found.get("@context")
    if isinstance(contexts, list) and len(contexts) > 1:
        del contexts[random.randrange(1, len(contexts))]


OF_THE_WHOLE = (in_a_graph, included, elsewhere, turned_round, more_contexts, other_contexts, fewer_contexts)
REWRITINGS: tuple[Rewriting, ...] = (
    absolute_name, absolute_name, compact_name, other_name, value_object, value_object, one_or_many,
    one_or_many, twice, twice, container, shuffled, shuffled, members_shuffled, keywords, absolute_types,
    nested, identified, named_blank, number_or_text, other_case, context_within, in_a_graph, included,
    elsewhere, elsewhere, turned_round, more_contexts, other_contexts, fewer_contexts,
)  # fmt: skip
