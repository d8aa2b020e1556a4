"""did:webvh: an entry that another implementation wrote, and logs of our own, honest and not."""

import hashlib
import json
from typing import Any

import pytest

from common.did import Fetched, ResolutionError, did_key, did_webvh, resolve
from common.encoding import base58, jcs, multibase
from common.errors import SelloError
from common.keys import PrivateKey, multikey

KEY, NEXT = (PrivateKey("Ed25519", bytes(31) + bytes([number])) for number in (1, 2))
ADDRESS = "registry.example:offices:farmers"


def name(key: PrivateKey) -> str:
    return multikey.encode(key.public_key)


def digest(data: bytes) -> str:
    return base58.encode(b"\x12\x20" + hashlib.sha256(data).digest())


def promise(key: PrivateKey) -> str:
    return digest(name(key).encode())


class Log:
    """A log as its controller writes it."""

    def __init__(self, key: PrivateKey = KEY, **parameters: Any) -> None:
        start = {"method": "did:webvh:1.0", "scid": "{SCID}", "updateKeys": [name(key)], **parameters}
        draft = {
            "versionId": "{SCID}",
            "versionTime": "2026-01-01T00:00:00Z",
            "parameters": start,
            "state": self.document(f"did:webvh:{{SCID}}:{ADDRESS}", key),
        }
        scid = digest(jcs.canonicalize(draft))
        self.did = f"did:webvh:{scid}:{ADDRESS}"
        self.entries: list[dict[str, Any]] = []
        self.add(json.loads(json.dumps(draft).replace("{SCID}", scid)), key, before=scid)

    @staticmethod
    def document(did: str, key: PrivateKey) -> dict[str, Any]:
        method = {"id": "#k", "type": "Multikey", "controller": did, "publicKeyMultibase": name(key)}
        return {"id": did, "verificationMethod": [method], "assertionMethod": ["#k"]}

    def add(self, entry: dict[str, Any], key: PrivateKey, *, before: str) -> None:
        entry = {**entry, "versionId": before}
        entry["versionId"] = f"{len(self.entries) + 1}-{digest(jcs.canonicalize(entry))}"
        self.entries.append({**entry, "proof": [self.proof(entry, key)]})

    @staticmethod
    def proof(entry: dict[str, Any], key: PrivateKey, **changes: Any) -> dict[str, Any]:
        method = did_key.key_method(key.public_key)
        options = {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-jcs-2022",
            "verificationMethod": method,
            "proofPurpose": "assertionMethod",
            **changes,
        }
        data = b"".join(hashlib.sha256(jcs.canonicalize(part)).digest() for part in (options, entry))
        return {**options, "proofValue": multibase.encode(key.sign(data))}

    def update(self, *, by: PrivateKey = KEY, day: int = 0, document: Any = None, **parameters: Any) -> "Log":
        number = len(self.entries) + 1
        entry = {
            "versionTime": f"2026-01-{day or number:02}T00:00:00Z",
            "parameters": parameters,
            "state": document or self.document(self.did, by),
        }
        self.add(entry, by, before=self.entries[-1]["versionId"])
        return self

    def read(self) -> Any:
        body = "\n".join(json.dumps(entry) for entry in self.entries).encode()

        def fetch(url: str, *, accept: str = "") -> Fetched:
            assert url == "https://registry.example/offices/farmers/did.jsonl"
            return Fetched(body)

        return resolve(self.did, fetch=fetch)


def test_a_key_of_a_document_with_a_history() -> None:
    log = Log().update(updateKeys=[name(NEXT)]).update(by=NEXT)
    assert log.read().method(f"{log.did}#k").public_key == NEXT.public_key
    assert Log().read().method(f"{Log().did}#k").purposes == {"assertionMethod"}


def test_keys_promised_beforehand() -> None:
    log = Log(nextKeyHashes=[promise(NEXT)])
    log.update(by=NEXT, updateKeys=[name(NEXT)], nextKeyHashes=[])
    assert log.read().method(f"{log.did}#k").public_key == NEXT.public_key
    log.update(by=NEXT)
    log.read()


@pytest.mark.parametrize(
    ("log", "text"),
    [
        (Log().update(by=NEXT), "nobody who may"),
        (Log().update(updateKeys=[name(NEXT)]).update(by=KEY), "nobody who may"),
        (Log(nextKeyHashes=[promise(NEXT)]).update(), "promised"),
        (Log(nextKeyHashes=[promise(NEXT)]).update(updateKeys=[name(KEY)], nextKeyHashes=[]), "not promised"),
        (Log().update(day=1), "older"),
        (Log().update(scid="x"), "not one of"),
        (Log().update(method="did:webvh:2.0"), "not one of"),
        (Log().update(unknown=True), "not known"),
        (Log().update(portable=True), "made to move"),
        (Log().update(updateKeys="z6Mk"), "list of texts"),
        (Log().update(deactivated=True), "given up"),
        (Log().update(deactivated=True).update(), "after its end"),
        (Log().update(document={"id": "did:web:mallory.example"}), "another's"),
        (Log().update(updateKeys=[]).update(), "nobody who may"),
        (Log(witness={"threshold": 1, "witnesses": [{"id": "did:key:z6Mk"}]}), "witnesses"),
    ],
)  # fmt: skip
def test_logs_refused(log: Log, text: str) -> None:
    with pytest.raises(ResolutionError, match=text):
        log.read()


def test_a_moved_did_is_another() -> None:
    log = Log(portable=True)
    elsewhere = f"{log.did.rpartition(':')[0]}:elsewhere"
    log.update(document=Log.document(elsewhere, KEY))
    with pytest.raises(ResolutionError, match="moved"):
        log.read()
    fixed = Log()
    fixed.update(document=Log.document(f"{fixed.did}:elsewhere", KEY))
    with pytest.raises(ResolutionError, match="may not move"):
        fixed.read()


@pytest.mark.parametrize("place", ["versionTime", "parameters", "state", "versionId", "proof"])
@pytest.mark.parametrize("number", [0, 1])
def test_no_entry_can_be_changed_afterwards(place: str, number: int) -> None:
    log = Log().update().update()
    entry = log.entries[number]
    if place == "state":
        entry["state"]["alsoKnownAs"] = ["https://mallory.example"]
    elif place == "parameters":
        entry["parameters"]["ttl"] = 7
    elif place == "proof":
        entry["proof"][0]["created"] = "2026-01-01T00:00:00Z"
    else:
        entry[place] = entry[place].replace("1", "2")
    with pytest.raises(ResolutionError):
        log.read()


def test_no_entry_can_be_left_out_or_put_in() -> None:
    for cut in (0, 1):
        log = Log().update().update()
        del log.entries[cut]
        with pytest.raises(ResolutionError):
            log.read()
    log = Log().update()
    log.entries.append(log.entries[1])
    with pytest.raises(ResolutionError):
        log.read()


def test_another_ones_log() -> None:
    log = Log()
    log.did = Log(key=NEXT).did
    with pytest.raises(ResolutionError):
        log.read()


@pytest.mark.parametrize("did", ["did:webvh:x", "did:webvh:x:", "did:webvh::a.example", "did:webvh:x:..:a"])
def test_what_is_no_did_webvh(did: str) -> None:
    with pytest.raises(SelloError):
        resolve(did, fetch=lambda url, accept="": Fetched(b""))


@pytest.mark.parametrize(
    "log", [b"", b"\n\n", b"[]", b"{}", b"{", b'{"versionId":"1-x","parameters":{},"state":{}}']
)
def test_what_is_no_log(log: bytes) -> None:
    with pytest.raises(ResolutionError):
        did_webvh.parse_did_log("did:webvh:QmX:a.example", log)
