"""`verify FILE`: the answer, its exit status, and what it says when there is nothing to verify."""

import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from common import purse
from common.adapters.command import CommandExit
from common.adapters.documents.sources import SiteSources
from common.adapters.network import http
from common.did import did_key
from common.errors import FetchError
from common.formats import FORMATS
from common.formats.base import Binding, Holder
from common.keys import PrivateKey
from common.purse import Purse
from common.status import token
from common.status.bits import pack
from common.vcdm.credential import Credential, StatusReference
from common.verification import Verification
from tests.common.formats.sd_jwt.salts import salts
from verifier.management.commands import verify as command
from verifier.models import TrustedIssuer

pytestmark = pytest.mark.django_db

_SECRET = PrivateKey("P-256", bytes(31) + b"\x01")
REGISTRY = did_key.encode(_SECRET.public_key)
KEY = _SECRET.named(did_key.key_method(_SECRET.public_key))
VCT, LIST = "https://registry.example/types/farmer", "https://registry.example/status/1"
NOW = timezone.now().replace(microsecond=0)
FARMER = Credential(
    id="urn:uuid:1", issuer=REGISTRY, type="FarmerCredential", vct=VCT,
    claims={"given_name": "Ana"}, valid_from=NOW - timedelta(days=1), valid_until=NOW + timedelta(days=9),
    disclosable=(("given_name",),),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _trust() -> None:
    TrustedIssuer.objects.create(issuer=REGISTRY, type=VCT, name="Farmer registry")


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The issuer's status list; `silent` takes its server away."""
    state: dict[str, Any] = {"status": 0, "silent": False}

    def carry(method: str, url: str, headers: Any, body: bytes | None) -> http.HttpReply:
        if state["silent"] or url != LIST:
            raise FetchError("This host does not answer.")
        text = token.create(
            uri=LIST, statuses=pack({7: state["status"]}, length=131_072, bits=2, order="least"),
            signer=KEY, now=NOW, expires=NOW + timedelta(days=1), ttl=60,
        )  # fmt: skip
        return http.HttpReply(200, text.encode(), {"content-type": token.MEDIA_TYPE})

    monkeypatch.setattr(http, "transport", carry)
    return state


def issued(holder: PrivateKey, credential: Credential = FARMER) -> str:
    bound = Holder(holder.public_key, did_key.encode(holder.public_key))
    secured = FORMATS["dc+sd-jwt"].issue(
        credential, signer=KEY, holder=bound, sources=SiteSources(), now=NOW, salt=salts()
    )
    return str(secured)


def verify(tmp_path: Path, text: str, *arguments: str) -> tuple[dict[str, Any], int]:
    file, out = tmp_path / "credential.txt", io.StringIO()
    file.write_text(text)
    try:
        call_command("verify", str(file), "--json", *arguments, stdout=out)
    except CommandExit as done:
        return json.loads(out.getvalue()), int(str(done.code))
    return json.loads(out.getvalue()), 0


def test_valid(tmp_path: Path, ana: PrivateKey) -> None:
    result, code = verify(tmp_path, issued(ana) + "\n")
    assert code == 0
    assert list(result) == ["verified", "status", "format", "issuer", "claims", "checks"]
    assert (result["verified"], result["status"], result["format"]) == (True, "valid", "dc+sd-jwt")
    assert (result["issuer"], result["claims"]) == (REGISTRY, {"given_name": "Ana"})
    assert [check["check"] for check in result["checks"]] == [
        "format", "signature", "validity", "trust", "status",
    ]  # fmt: skip
    assert set(result["checks"][0]) == {"check", "result", "detail"}


def test_a_token_in_quotation_marks(tmp_path: Path, ana: PrivateKey) -> None:
    assert verify(tmp_path, json.dumps(issued(ana)))[1] == 0


def test_a_file_that_begins_with_a_byte_order_mark(tmp_path: Path, ana: PrivateKey) -> None:
    for text in (issued(ana), json.dumps(issued(ana))):
        assert verify(tmp_path, f"\ufeff{text}\r\n")[1] == 0


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [
        ({"status": 0}, "valid", 0),
        ({"status": 1}, "revoked", 2),
        ({"status": 2}, "suspended", 2),
        ({"status": 3}, "undetermined", 3),
        ({"silent": True}, "undetermined", 3),
    ],
)
def test_four_answers(
    tmp_path: Path, ana: PrivateKey, published: dict[str, Any], state: dict[str, Any], status: str, code: int
) -> None:
    published |= state
    credential = replace(FARMER, status=(StatusReference("TokenStatusList", LIST, 7),))
    result, exit_status = verify(tmp_path, issued(ana, credential))
    assert (result["status"], exit_status) == (status, code)
    assert result["verified"] is (status == "valid")


def test_at_another_time(tmp_path: Path, ana: PrivateKey) -> None:
    later = (NOW + timedelta(days=10)).isoformat()
    result, code = verify(tmp_path, issued(ana), "--at", later)
    assert code == 1
    assert result["checks"][-1] == {
        "check": "validity", "result": "failed", "detail": "This credential has expired.",
    }  # fmt: skip
    assert verify(tmp_path, issued(ana), "--at", NOW.date().isoformat())[1] == 0


def test_an_issuer_nobody_trusts(tmp_path: Path, ana: PrivateKey) -> None:
    TrustedIssuer.objects.all().delete()
    result, code = verify(tmp_path, issued(ana))
    assert (code, result["verified"], result["status"]) == (1, False, "none")
    assert "empty" in result["checks"][-1]["detail"]


def test_a_presentation_with_and_without_its_request(tmp_path: Path, ana: PrivateKey) -> None:
    shown = str(
        FORMATS["dc+sd-jwt"].present(
            issued(ana),
            disclose=[],
            binding=Binding("clinic", "n-1"),
            signer=ana,
            sources=SiteSources(),
            now=timezone.now(),  # as it is asked for: minutes later it would be too old
        )
    )
    result, code = verify(tmp_path, shown)
    assert (code, result["claims"]) == (0, {})
    assert {"check": "binding", "result": "skipped"}.items() <= result["checks"][2].items()
    assert verify(tmp_path, shown, "--nonce", "n-1", "--audience", "clinic")[1] == 0
    assert verify(tmp_path, shown, "--nonce", "n-2", "--audience", "clinic")[1] == 1


@pytest.mark.parametrize("text", ["hello", "", '{"type": ["VerifiableCredential"]}', "\x00\xff"])
def test_what_is_no_credential(tmp_path: Path, text: str) -> None:
    result, code = verify(tmp_path, text)
    assert (code, result["verified"], result["format"]) == (1, False, None)


@pytest.mark.parametrize(
    ("text", "arguments"),
    [('{"a": 1, "a": 2}', []), ("{", []), ("a.b.c~", ["--nonce", "n"]), ("x" * 2_000_001, [])],
)
def test_what_cannot_be_read_is_said_in_a_sentence(tmp_path: Path, text: str, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        verify(tmp_path, text, *arguments)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("verify", "/nowhere/credential.json", "--json")


def test_from_standard_input(ana: PrivateKey, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(issued(ana).encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    out = io.StringIO()
    call_command("verify", "-", "--json", stdout=out)
    assert json.loads(out.getvalue())["verified"] is True


def test_a_file_is_read_within_the_purse_of_one_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[purse.Purse | None] = []

    def look(*_: object, **__: object) -> Verification:
        seen.append(purse.current_purse())
        return _nothing()

    monkeypatch.setattr(command, "verify_one", look)
    (tmp_path / "file").write_text("{}")
    with pytest.raises(CommandExit):
        call_command("verify", str(tmp_path / "file"))
    assert isinstance(seen[0], Purse)
    assert purse.current_purse() is None


def _nothing() -> Verification:
    return Verification(checks=())
