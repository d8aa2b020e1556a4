"""`python -m deploy.bank files | serve`."""

import argparse
import json
import os
import random
from pathlib import Path

from common.keys import PrivateKey, jwk
from deploy import quietly
from deploy.bank.accounts import Accounts
from deploy.bank.files import work
from deploy.bank.server import Bank, open_bank


def main() -> int:
    """Work through files, or open the counter."""
    parser = argparse.ArgumentParser(prog="deploy.bank", description="A small bank to pay through.")
    parser.add_argument("do", choices=["files", "serve", "keys"])
    parser.add_argument("--var", type=Path, default=Path("var"), help="the customer's VAR_DIR, for files")
    parser.add_argument("--book", type=Path, help="the bank's own SQLite file (VAR/bank/book.sqlite3)")
    parser.add_argument("--port", type=int, default=8100)
    parser.add_argument("--name", default="bank.example", help="the bank's sender_id")
    parser.add_argument("--peer", default="http://localhost:8000/g2p", help="the customer's sender_id")
    parser.add_argument("--fail", type=float, default=0.0, help="how often to fail on purpose, 0 to 1")
    parser.add_argument("--seed", type=int, help="so that it fails at the same moments again")
    said = parser.parse_args()
    accounts = Accounts(said.book or said.var / "bank" / "book.sqlite3")
    if said.do == "files":
        print(json.dumps(work(said.var, accounts)))
        return 0
    key = _key((said.book or said.var / "bank" / "book.sqlite3").with_suffix(".key"))
    if said.do == "keys":
        print(json.dumps({**jwk.encode(key.public_key), "kid": jwk.thumbprint(key.public_key)}))
        return 0
    named = key.named(f"{said.name}#{jwk.thumbprint(key.public_key)}")
    secret = os.environ.get("BANK_SECRET", "")
    chance = random.Random(said.seed)  # noqa: S311 (when to stumble)
    bank = Bank(said.name, named, accounts, said.peer, secret, said.fail, chance)
    with open_bank(bank, port=said.port) as server:
        print(json.dumps({"listening": server.server_address[1]}), flush=True)
        server.serve_forever()
    return 0


def _key(path: Path) -> PrivateKey:
    """The bank's key, made when it is first needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_bytes(os.urandom(32))
        path.chmod(0o600)
    return PrivateKey("Ed25519", path.read_bytes())


quietly.run(main)
