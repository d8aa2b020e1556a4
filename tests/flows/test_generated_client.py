"""A client that somebody generates from `/api/schema/`, by the commands of docs/api.md, and nothing else."""

import importlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.conf import settings as site
from django.test import Client

from common.keys import PrivateKey
from common.oid4vci.key_proof import create_key_proof
from tests.issuer.protocol import make_farmers, offer_now

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
AUTHORITY = "farmer-registry"
ENCRYPTED_BODY = "Unsupported content type application/jwt"  # the generator leaves it to JSON
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        {"issuer", "verifier"} - set(site.ROLES) != set(), reason="issuer and verifier are needed"
    ),
]


@pytest.fixture(scope="module")
def sello_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The package that the commands of the page make, in a directory of its own."""
    folder = tmp_path_factory.mktemp("client")
    for name in ("manage.py", "docs"):
        (folder / name).symlink_to(ROOT / name)
    [block] = re.findall(r"^```sh\n(.*?)^```", DOCUMENT, flags=re.MULTILINE | re.DOTALL)
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for command in block.splitlines():
        done = subprocess.run(
            command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        said = done.stdout + done.stderr
        assert set(re.findall(r"^Unsupported content.*", said, re.MULTILINE)) <= {ENCRYPTED_BODY}, said
        assert "Cannot parse" not in said, said
    sys.path.insert(0, str(folder))
    try:
        yield lambda name: importlib.import_module(f"sello_client{name}")
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == "sello_client"]:
            del sys.modules[name]
        shutil.rmtree(folder)


def reach(client: Any) -> Any:
    """The client, its requests answered by this very site."""
    browser = Client()

    def answer(request: httpx.Request) -> httpx.Response:
        sent = {name: value for name, value in request.headers.items() if name != "content-type"}
        content_type = request.headers.get("content-type", "application/octet-stream")
        reply = browser.generic(
            request.method, request.url.raw_path.decode(), request.read(), content_type, headers=sent
        )
        return httpx.Response(reply.status_code, headers=dict(reply.headers), content=reply.content)

    headers = {"Authorization": f"Bearer {client.token}"} if hasattr(client, "token") else {}
    transport = httpx.MockTransport(answer)
    return client.set_httpx_client(httpx.Client(transport=transport, base_url=site.BASE_URL, headers=headers))


def test_it_takes_an_offer_and_checks_the_credential(
    sello_client: Any, site_network: Client, ana: PrivateKey
) -> None:
    made = offer_now(make_farmers(AUTHORITY), formats=("ldp_vc",), tx_code=True)
    models, anyone = sello_client(".models"), reach(sello_client("").Client(base_url=site.BASE_URL))

    def call(name: str, *arguments: Any, client: Any = anyone, **more: Any) -> Any:
        return sello_client(f".api.{name}").sync(*arguments, client=client, **more)

    [url] = parse_qs(urlsplit(made.uri).query)["credential_offer_uri"]
    offer = call("issuer_documents.get_credential_offer", AUTHORITY, url.rsplit("/", 1)[1])
    [configuration] = offer.credential_configuration_ids
    metadata = call("issuer_documents.get_issuer_metadata", AUTHORITY)
    assert metadata.credential_configurations_supported[configuration].format_ == "ldp_vc"

    grant = offer.grants.urnietfparamsoauthgrant_typepre_authorized_code
    request = models.TokenRequest(
        grant_type=models.TokenRequestGrantType.URNIETFPARAMSOAUTHGRANT_TYPEPRE_AUTHORIZED_CODE,
        pre_authorized_code=grant.pre_authorized_code,
        tx_code="000000",
    )
    refused = call("issuance.request_token", AUTHORITY, body=request)
    assert (type(refused).__name__, refused.error) == ("OAuthError", "invalid_grant")
    request.tx_code = made.tx_code
    token = call("issuance.request_token", AUTHORITY, body=request)
    nonce = call("issuance.request_nonce", AUTHORITY).c_nonce
    proof = create_key_proof(
        audience=metadata.credential_issuer, nonce=nonce, signer=ana, now=datetime.now(UTC)
    )
    holder = reach(sello_client("").AuthenticatedClient(base_url=site.BASE_URL, token=token.access_token))
    wanted = models.CredentialRequest(
        credential_configuration_id=configuration, proofs=models.KeyProofs(jwt=[proof])
    )
    [issued] = call("issuance.request_credential", AUTHORITY, body=wanted, client=holder).credentials
    credential = issued.credential.to_dict()
    assert credential["credentialSubject"]["given_name"] == "Ana"

    shown = models.VerifyCredentialRequest(models.Credential.from_dict(credential))
    assert call("vc_api.verify_credential", body=shown).verified
    forged = {**credential, "credentialSubject": {**credential["credentialSubject"], "given_name": "Eva"}}
    shown = models.VerifyCredentialRequest(models.Credential.from_dict(forged))
    problem = call("vc_api.verify_credential", body=shown)
    assert (problem.verified, problem.status) == (False, 400)
    assert problem.type_ == "https://w3id.org/security#PROOF_VERIFICATION_ERROR"
