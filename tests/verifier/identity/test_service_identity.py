"""Under which names a service asks, what the commands print, and what the sample services ask."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from django.core.management import CommandError, call_command
from django.test import Client

from common.oid4vp.request import parse_authorization_request
from common.trust.certificates import verify_chain
from common.trust.purposes import REQUEST
from verifier.identity import service_identity
from verifier.models import HostCertificate, PresentationSession, Service
from verifier.presentation import states
from verifier.presentation.requests import create_request
from verifier.services.actions import ACTIONS
from verifier.services.catalogue import find_service
from verifier.services.requested import requested_sets

pytestmark = pytest.mark.usefixtures("site")


def command(capsys: Any, *arguments: str) -> dict[str, Any]:
    call_command(*arguments, "--json")
    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    return printed


def test_create_request_prints_one_object(capsys: Any) -> None:
    printed = command(capsys, "create_request", "over-18")
    assert set(printed) == {"request_uri", "link", "session", "status_url"}
    assert printed["request_uri"].startswith("openid4vp://?")
    assert printed["link"].startswith("http://localhost:8000/wallet/authorize?")
    assert printed["link"].split("?")[1] == printed["request_uri"].split("?")[1]
    assert printed["status_url"] == f"http://localhost:8000/services/sessions/{printed['session']}/status"
    session = PresentationSession.objects.get(poll_id=printed["session"])
    assert (session.response_mode, session.same_device, session.browser) == ("direct_post.jwt", False, "")
    assert parse_authorization_request(printed["request_uri"]).client_id.prefix == "decentralized_identifier"


def test_create_request_by_value(capsys: Any) -> None:
    printed = command(
        capsys,
        "create_request",
        "over-18",
        "--client-id-prefix",
        "redirect_uri",
        "--response-mode",
        "direct_post",
    )
    parameters = parse_authorization_request(printed["request_uri"]).parameters
    assert parameters["response_mode"] == "direct_post"
    assert parameters["client_id"] == "redirect_uri:http://localhost:8000/services/over-18/response"


@pytest.mark.parametrize(
    "arguments",
    [("nowhere",), ("over-18", "--response-mode", "fragment"), ("over-18", "--client-id-prefix", "did")],
)
def test_create_request_says_what_to_do_instead(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match=r"clinic|direct_post|redirect_uri"):
        call_command("create_request", *arguments, "--json")


def test_load_services_twice_changes_nothing(capsys: Any, settings: Any, tmp_path: Path) -> None:
    settings.VERIFIER_CA_FILE = str(tmp_path / "ca.pem")
    first = command(capsys, "load_services")
    slugs = ["clinic", "clinic-care", "mobile-money", "over-18", "subsidy", "widows-pension"]
    assert first["services"] == slugs
    assert command(capsys, "load_services") == first
    assert (tmp_path / "ca.pem").read_text().count("BEGIN CERTIFICATE") == 1


def test_every_sample_service_is_whole() -> None:
    for service in Service.objects.all():
        assert service.action in ACTIONS
        service.full_clean()
        assert all(
            document.claims
            for each in requested_sets(service)
            for option in each.options
            for document in option
        )


def test_over_18_asks_one_thing_in_the_one_format_that_can_withhold_the_rest() -> None:
    [credential] = find_service("over-18").dcql().credentials
    assert credential.format == "dc+sd-jwt"
    assert [(claim.path, claim.values) for claim in credential.claims] == [(("age_over_18",), (True,))]


def test_certificates_are_renewed_before_they_end(today: datetime) -> None:
    first = service_identity.host_certificate(now=today)
    assert service_identity.host_certificate(now=today + timedelta(days=300)).pk == first.pk
    second = service_identity.host_certificate(now=today + timedelta(days=340))
    assert second.der != first.der
    anchor = bytes(service_identity.own_authority(now=today).der)
    verify_chain(
        [bytes(second.der)],
        anchors=[x509.load_der_x509_certificate(anchor)],
        purpose=REQUEST,
        now=today + timedelta(days=600),
    )
    assert set(HostCertificate.objects.values_list("host", flat=True)) == {"", "localhost"}
    assert (
        x509.load_der_x509_certificate(anchor).subject.rfc4514_string() == "CN=Sello verifiers at localhost"
    )


def test_an_address_without_a_name_has_no_certificate(settings: Any, today: datetime) -> None:
    settings.BASE_URL = "http://127.0.0.1:8000"
    for prefix in ("x509_san_dns", "x509_hash"):
        with pytest.raises(service_identity.ClientIdentityError, match="BASE_URL"):
            create_request(find_service("over-18"), client_id_prefix=prefix, same_device=False, now=today)


def test_the_private_keys_lie_sealed(today: datetime) -> None:
    created = create_request(find_service("over-18"), same_device=False, now=today)
    row = PresentationSession.objects.get(pk=created.session.pk)
    assert len(bytes(row.sealed_key or b"")) == 32 + 24 + 16  # secret, nonce, tag: nothing in the clear
    first = service_identity.service_signer(row.service)
    assert service_identity.service_signer(find_service("over-18")).public_key == first.public_key


def test_what_is_over_is_swept(today: datetime) -> None:
    create_request(find_service("over-18"), same_device=False, now=today - timedelta(hours=1))
    fresh = create_request(find_service("over-18"), same_device=False, now=today).session
    assert PresentationSession.objects.filter(status="TIMED_OUT", sealed_key=None).count() == 1
    assert states.sweep(PresentationSession.objects.all(), now=today) == 0
    fresh.refresh_from_db()
    assert fresh.status == "REQUESTED"


def test_the_endpoints_are_described(client: Client) -> None:
    described = client.get("/api/schema/", headers={"accept": "application/vnd.oai.openapi+json"}).json()[
        "paths"
    ]
    assert {"get", "post"} <= set(described["/services/{slug}/requests/{request_id}"])
    assert "post" in described["/services/{slug}/response"]
    assert "get" in described["/services/sessions/{poll_id}/status"]
