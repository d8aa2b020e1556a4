"""`make bench`: what each format costs beside the raw signature of its own key, and beside a peer."""

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from common.did import did_key
from common.formats import FORMATS
from common.formats.base import Binding, Holder
from common.keys import PrivateKey
from common.vcdm.credential import StatusReference
from tests.common.formats.data_integrity.conftest import CONTEXT, CREDENTIAL, ISSUER, TYPE
from tests.common.formats.fakes import StaticSources, method
from tests.conftest import NOW

ROUNDS, SECONDS = 7, 0.4
BINDING = Binding(audience="https://verifier.example", nonce="n-0S6_WzA2Mj")
TOKEN_LIST = StatusReference("TokenStatusList", "https://registry.example/status/token-1", 42)


def measure(work: Callable[[], object]) -> float:
    """Median seconds a call, over several rounds."""
    work()
    rounds = []
    for _ in range(ROUNDS):
        calls, begun = 0, time.perf_counter()
        while time.perf_counter() - begun < SECONDS / ROUNDS:
            work()
            calls += 1
        rounds.append((time.perf_counter() - begun) / calls)
    return statistics.median(rounds)


def main() -> None:
    """One table: microseconds a call, and how many raw signatures (or checks) that is."""
    rows = []
    for name, curve in (("ldp_vc", "Ed25519"), ("dc+sd-jwt", "P-256")):
        issuer = PrivateKey(curve, bytes(31) + b"\x07", f"{ISSUER}#key-1")
        person = PrivateKey("P-256", bytes(31) + b"\x0a")
        held = person.named(did_key.key_method(person.public_key))
        sources = StaticSources(
            methods={issuer.key_id: method(issuer.key_id, issuer.public_key)}, contexts={TYPE: CONTEXT}
        )
        credential = replace(
            CREDENTIAL,
            status=(*CREDENTIAL.status, TOKEN_LIST),
            disclosable=tuple((claim,) for claim in CREDENTIAL.claims),
        )
        format_, raw = FORMATS[name], b"x" * 64
        signature = issuer.sign(raw)
        holder = Holder(person.public_key, did_key.encode(person.public_key))
        common: dict[str, Any] = {"sources": sources, "now": NOW}
        issue = partial(
            format_.issue, credential, signer=issuer, holder=holder, salt=lambda: "c2FsdHNhbHRzYWx0", **common
        )
        secured = issue()
        verify = partial(format_.verify_credential, secured, **common)
        shown = format_.present(secured, disclose=None, binding=BINDING, signer=held, **common)
        verify_shown = partial(format_.verify_presentation, shown, binding=BINDING, **common)
        sign = measure(partial(issuer.sign, raw))
        check = measure(partial(issuer.public_key.verify, signature, raw))
        rows += [
            (name, "issue", measure(issue), sign),
            (name, "verify credential", measure(verify), check),
            (name, "verify presentation", measure(verify_shown), check),
        ]
    print(f"{'format':<12}{'what':<22}{'µs':>9}{'a second':>11}{'× raw signature':>18}")
    for name, what, seconds, raw_seconds in rows:
        print(f"{name:<12}{what:<22}{seconds * 1e6:>9.0f}{1 / seconds:>11.0f}{seconds / raw_seconds:>18.1f}")
    print(json.dumps({f"{name} {what}": round(seconds / raw, 2) for name, what, seconds, raw in rows}))


if __name__ == "__main__":
    main()
