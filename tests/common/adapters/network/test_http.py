"""The door to the network against a tiny server of its own and against names that lie."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from common.adapters.network import http
from common.errors import FetchError
from tests.common.adapters.network.web_server import Answer, Handler, serving


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that would have been connected to; none answers."""
    tried: list[str] = []

    def connect(self: object, host: str, *arguments: Any) -> httpcore.NetworkStream:
        tried.append(host)
        raise httpcore.ConnectError

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    return tried


def resolving_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_what_was_asked_for_arrives(server: str) -> None:
    Handler.answers["/doc"] = lambda h: h.say(b'{"a":1}', Content_Type="Application/JSON; charset=utf-8")
    fetched = http.fetch(f"{server}/doc")
    assert (fetched.body, fetched.content_type) == (b'{"a":1}', "application/json")


def test_nothing_is_sent_but_what_is_named(server: str) -> None:
    Handler.answers["/doc"] = lambda h: h.say(Set_Cookie="who=ana")
    http.fetch(f"{server}/doc#fragment")
    http.fetch(f"{server}/doc", accept="application/did+json")
    host = server.removeprefix("http://")
    expected = {"Host": host, "User-Agent": "Sello", "Accept-Encoding": "identity"}
    assert Handler.seen == [
        {**expected, "Accept": "application/json"},
        {**expected, "Accept": "application/did+json"},
    ]


def test_a_post_carries_its_body_and_its_answer_is_given_whatever_its_status(server: str) -> None:
    def answer(h: Handler) -> None:
        h.say(h.rfile.read(int(h.headers["Content-Length"])), status=400, X_Answer="yes")

    Handler.answers["/token"] = answer
    reply = http.request("POST", f"{server}/token", headers={"Content-Type": "text/plain"}, body=b"hello")
    assert (reply.status, reply.body, reply.headers["x-answer"]) == (400, b"hello", "yes")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/x", "file:///etc/passwd", "gopher://example.org/", "javascript:alert(1)",
        "example.org", "//example.org/x", "https://", "https:///x", "", "data:,x", "unix:/run/x.sock",
        "https://ana:secret@example.org/", "https://ana@example.org/", "https://@example.org/",
        "https://example.org\\@10.0.0.1/", "https://example.org:0/", "https://example.org:99999/",
        "https://example.org:x/", "https://[::1/", "https://exam\nple.org/", "https://example.org/a b",
        "https://example.org/\r\nX-Evil: 1", "https://example.org/\x00", "https://ex℀mple.org/",
        "https://еxample.org/", "https://example.org/" + "a" * 4000,
    ],
)  # fmt: skip
def test_only_web_addresses_are_asked(url: str, connections: list[str]) -> None:
    with pytest.raises(FetchError, match="not a web address"):
        http.fetch(url)
    assert connections == []


@pytest.mark.parametrize("port", [22, 25, 80, 587])
def test_ports_of_other_services_are_not_asked(port: int, connections: list[str]) -> None:
    with pytest.raises(FetchError, match="port"):
        http.fetch(f"https://example.org:{port}/")
    assert connections == []


def test_plain_http_is_for_listed_origins_alone(server: str, connections: list[str]) -> None:
    for url in ("http://example.org/", "HTTP://example.org/", server.replace("127.0.0.1", "localhost")):
        with pytest.raises(FetchError, match="Only https"):
            http.fetch(url)
    assert connections == []


def test_https_of_an_origin_listed_as_http_is_asked_over_http(server: str) -> None:
    Handler.answers["/did.json"] = lambda h: h.say()
    for scheme in ("https", "HTTPS"):
        assert http.fetch(server.replace("http", scheme, 1) + "/did.json").body == b"{}"


PRIVATE = [
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.0", "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.2.1", "198.18.0.1", "::1", "::",
    "fe80::1", "fe80::1%lo", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2001:0:4136:e378:8000:63bf:80ff:fffe",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_to_a_private_address_is_refused(
    address: str, connections: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving_to(monkeypatch, address)
    with pytest.raises(FetchError, match="not on the public internet"):
        http.fetch("https://innocent.example/")
    resolving_to(monkeypatch, "93.184.216.34", address)
    with pytest.raises(FetchError, match="not on the public internet"):
        http.fetch("https://innocent.example/")
    assert connections == []


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::1]", "0"])
def test_notations_of_loopback_are_seen_through(host: str, connections: list[str]) -> None:
    with pytest.raises(FetchError):
        http.fetch(f"https://{host}:8443/")
    assert connections == []


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_a_name_is_resolved_once_and_that_address_is_connected_to(
    address: str, connections: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = resolving_to(monkeypatch, address)
    with pytest.raises(FetchError, match="does not answer"):
        http.fetch("https://innocent.example/")
    assert (asked, connections) == (["innocent.example"], [address])


def test_an_unknown_name_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(FetchError, match="not known"):
        http.fetch("https://nobody.example/")


@pytest.mark.parametrize(
    "target", ["https://169.254.169.254/latest/meta-data/", "http://example.org/", "file:///etc/passwd",
               "https://ana:x@example.org/", "//127.0.0.1:8443/"],
)  # fmt: skip
def test_a_redirect_is_checked_like_the_first_address(server: str, target: str) -> None:
    Handler.answers["/doc"] = lambda h: h.say(status=302, Location=target)
    with pytest.raises(FetchError):
        http.fetch(f"{server}/doc")
    assert len(Handler.seen) == 1


def test_few_redirects_are_followed(server: str) -> None:
    def hop(to: str) -> Answer:
        return lambda h: h.say(status=307, Location=to)

    Handler.answers |= {"/1": hop("/2"), "/2": hop("3"), "/3": hop("/4"), "/4": lambda h: h.say(b"[]")}
    assert http.fetch(f"{server}/1").body == b"[]"
    Handler.answers |= {"/0": hop("/1"), "/loop": hop("/loop")}
    for start in ("/0", "/loop"):
        with pytest.raises(FetchError, match="Too many redirects"):
            http.fetch(server + start)


def test_a_request_follows_no_redirect(server: str) -> None:
    Handler.answers["/token"] = lambda h: h.say(status=302, Location="/elsewhere")
    assert http.request("POST", f"{server}/token", body=b"").status == 302


@pytest.mark.parametrize("status", [204, 304, 400, 401, 404, 500, 503])
def test_anything_but_200_is_a_failure(server: str, status: int) -> None:
    Handler.answers["/doc"] = lambda h: h.say(b"", status=status)
    with pytest.raises(FetchError, match="not there"):
        http.fetch(f"{server}/doc")


def test_an_answer_without_end_is_cut(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(h: Handler) -> None:
        h.send_response(200)
        h.end_headers()
        while not h.stop.is_set():
            h.wfile.write(b"x" * 10_000)

    Handler.answers["/endless"] = endless
    monkeypatch.setattr(http, "MAX_BYTES", 100_000)
    with pytest.raises(FetchError, match="too large"):
        http.fetch(f"{server}/endless")


@pytest.mark.parametrize("where", ["head", "body"])
def test_a_server_that_drips_is_cut_off(server: str, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def drip(h: Handler) -> None:
        h.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"\r\n" if where == "body" else b""))
        for _ in range(100):
            if h.stop.wait(0.02):
                break
            h.wfile.write(b"x")

    Handler.answers["/drip"] = drip
    monkeypatch.setattr(http, "MAX_SECONDS", 0.2)
    with pytest.raises(FetchError, match="does not answer"):
        http.fetch(f"{server}/drip")


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "br", "zstd", "deflate, gzip"])
def test_a_compressed_answer_is_refused(server: str, encoding: str) -> None:
    Handler.answers["/bomb"] = lambda h: h.say(b"\x1f\x8b", Content_Encoding=encoding)
    with pytest.raises(FetchError, match="compressed"):
        http.fetch(f"{server}/bomb")


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nBad Name: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"",
    ],
    ids=["two lengths", "cut short", "bad header", "swollen header", "not http", "nothing"],
)
def test_a_malformed_answer_is_a_failure(server: str, head: bytes) -> None:
    def answer(h: Handler) -> None:
        h.wfile.write(head)
        h.close_connection = True

    Handler.answers["/odd"] = answer
    with pytest.raises(FetchError):
        http.fetch(f"{server}/odd")


def test_a_header_value_cannot_start_another_header(server: str) -> None:
    with pytest.raises(FetchError):
        http.request("GET", f"{server}/doc", headers={"Authorization": "x\r\nX-Evil: 1"})
    assert Handler.seen == []


def test_no_error_says_more_than_the_host(server: str) -> None:
    Handler.answers["/doc?token=s3cret"] = lambda h: h.say(status=404)
    with pytest.raises(FetchError) as caught:
        http.fetch(f"{server}/doc?token=s3cret")
    assert "s3cret" not in str(caught.value)
    assert "/doc" not in str(caught.value)


def test_tls_is_checked_for_chain_and_name(tmp_path: Path, settings: Any) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    Handler.answers["/doc"] = lambda h: h.say()
    with serving(context) as port:
        settings.FETCH_ORIGINS = frozenset([f"https://localhost:{port}", f"https://127.0.0.1:{port}"])
        with pytest.raises(FetchError):
            http.fetch(f"https://localhost:{port}/doc")
        settings.FETCH_CA_FILE = str(ca_file)
        assert http.fetch(f"https://localhost:{port}/doc").body == b"{}"
        with pytest.raises(FetchError):
            http.fetch(f"https://127.0.0.1:{port}/doc")
