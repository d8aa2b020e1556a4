"""G2P Connect at the bank's end: disbursements at once or later, and what became of them.

With `--fail RATE` it fails on purpose, at a random point: before the work, after it and before the answer,
or with an answer that nobody can read. Whoever asks must neither pay twice nor lose a payment.
"""

import json
import random
import secrets
import threading
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from common.encoding import jcs, strict_json
from common.errors import SelloError
from common.exchange.acknowledgement import create_ack, create_http_error
from common.exchange.envelope import create_message, parse_message
from common.exchange.errors import ExchangeError
from common.exchange.header import Envelope, Header
from common.exchange.signature import verify_signature
from common.keys import PrivateKey, PublicKey, jwk
from common.payments.g2p import actions, disburse, status
from common.payments.g2p.disburse import Disbursement, DisbursementStatus
from deploy.bank.accounts import Accounts

MAX_BODY = 4_000_000
ENDPOINTS = {
    f"/{each.path}": each
    for each in (
        actions.DISBURSE, actions.SYNC_DISBURSE, actions.DISBURSE_STATUS, actions.SYNC_DISBURSE_STATUS,
    )
}  # fmt: skip


@dataclass(slots=True)
class Bank:
    """Who the bank is, whom it serves, and how often it fails."""

    name: str
    key: PrivateKey
    accounts: Accounts
    peer: str  # the customer's name, below which its keys and its doors stand
    secret: str = ""  # that the customer gave for its token endpoint
    fail: float = 0.0
    chance: random.Random = field(default_factory=random.Random)
    _keys: dict[str, PublicKey] = field(default_factory=dict)

    def stumble(self) -> bool:
        """Whether this is a moment to fail."""
        return self.chance.random() < self.fail

    def read(self, endpoint: actions.Endpoint, body: bytes) -> Envelope:
        """A message that the customer signed."""
        envelope = parse_message(strict_json.loads_object(body, max_bytes=MAX_BODY), action=endpoint.requests)
        verify_signature(
            envelope, namespace=actions.NAMESPACE, key_of=self._key,
            now=datetime.now(UTC),
        )  # fmt: skip
        return envelope

    def pay(self, message: Any) -> dict[str, Any]:
        """Carry a request out; the message of its response."""
        now = datetime.now(UTC)
        transaction_id, wanted = disburse.parse_disburse_request(message)
        return disburse.create_disburse_response(transaction_id, [self._one(each, now) for each in wanted])

    def standing(self, message: Any) -> dict[str, Any]:
        """What became of the references that are asked about."""
        query = status.parse_status_request(message, kinds=("disburse",))
        said = disburse.create_disburse_response(
            query.transaction_id, [self._found(each) for each in query.values]
        )
        return status.create_status_response(
            query.transaction_id, correlation_id=query.transaction_id, kind="disburse", status=said
        )

    def signed(self, action: str, message: dict[str, Any]) -> bytes:
        """An answer of the bank's."""
        header = Header(secrets.token_hex(16), action, self.name, self.peer, status="succ")
        now = datetime.now(UTC)
        return jcs.canonicalize(create_message(actions.NAMESPACE, header, message, signer=self.key, now=now))

    def call_back(self, url: str, action: str, message: dict[str, Any]) -> None:
        """Tell the customer at its own address; what fails is asked for by the customer."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token()}"}
        request = urllib.request.Request(url, self.signed(action, message), headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            answer.read()

    def _one(self, wanted: Disbursement | disburse.Refusal, now: datetime) -> DisbursementStatus:
        if isinstance(wanted, disburse.Refusal):
            return DisbursementStatus(wanted.reference_id, "rjct", now, wanted.code)
        self.accounts.pay(wanted.reference_id, str(wanted.payee), wanted.amount, wanted.currency, now=now)
        return self._found(wanted.reference_id)

    def _found(self, reference: str) -> DisbursementStatus:
        row, now = self.accounts.find(reference), datetime.now(UTC)
        if row is None:
            return DisbursementStatus(reference, "rjct", now, "rjct.reference_id.invalid")
        _, _, amount, currency, said, _ = row
        reason = "rjct.payee_fa.invalid" if said == "rjct" else ""
        return DisbursementStatus(reference, said, now, reason, amount, currency)

    def _key(self, sender: str, name: str) -> PublicKey:
        if sender != self.peer:
            raise ExchangeError("This sender is not known here.", code="err.sender_id.invalid")
        if name not in self._keys:
            with urllib.request.urlopen(f"{self.peer}/jwks.json", timeout=20) as answer:
                entries = json.loads(answer.read())["keys"]
            self._keys = {each["kid"]: jwk.decode(each) for each in entries}
        if name not in self._keys:
            raise ExchangeError("This key is not known here.", code="err.signature.invalid")
        return self._keys[name]

    def _token(self) -> str:
        form = {"grant_type": "client_credentials", "client_id": self.name, "client_secret": self.secret}
        body = urllib.parse.urlencode(form).encode()
        with urllib.request.urlopen(f"{self.peer}/oauth2/client/token", body, timeout=20) as answer:
            return str(json.loads(answer.read())["access_token"])


class Counter(BaseHTTPRequestHandler):
    """One request at the bank's counter."""

    bank: Bank

    def do_GET(self) -> None:
        """The bank's keys."""
        key = self.bank.key.public_key
        self._say(200, jcs.canonicalize({"keys": [{**jwk.encode(key), "kid": jwk.thumbprint(key)}]}))

    def do_POST(self) -> None:
        """A request of G2P Connect."""
        body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), MAX_BODY))
        endpoint = ENDPOINTS.get(self.path)
        if endpoint is None:
            self._say(404, jcs.canonicalize(create_http_error(ExchangeError("There is nothing here."))))
            return
        if self.bank.stumble():
            self.close_connection = True
            return
        try:
            envelope = self.bank.read(endpoint, body)
            paying = endpoint in (actions.DISBURSE, actions.SYNC_DISBURSE)
            message = (self.bank.pay if paying else self.bank.standing)(envelope.message)
        except SelloError as error:
            refusal = error if isinstance(error, ExchangeError) else ExchangeError(error.public)
            self._say(refusal.status, jcs.canonicalize(create_http_error(refusal)))
            return
        if self.bank.stumble():
            self.close_connection = True
            return
        if endpoint.callback:
            uri = envelope.header.sender_uri or f"{self.bank.peer}/{endpoint.callback}"
            threading.Thread(target=self.bank.call_back, args=(uri, endpoint.answer, message)).start()
            self._say(
                200, jcs.canonicalize(create_ack(correlation_id=secrets.token_hex(16), now=datetime.now(UTC)))
            )
        else:
            answer = self.bank.signed(endpoint.answer, message)
            self._say(200, answer[: len(answer) // 2] if self.bank.stumble() else answer)

    def _say(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: what is asked here is nobody else's."""


def open_bank(bank: Bank, *, port: int) -> ThreadingHTTPServer:
    """The bank at that port of this machine, ready to serve."""
    return ThreadingHTTPServer(("127.0.0.1", port), type("Counter", (Counter,), {"bank": bank}))
