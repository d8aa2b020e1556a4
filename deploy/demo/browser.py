"""A browser without eyes: keeps cookies, reads forms and links, fills them in as a person would."""

import http.client
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from uuid import uuid4

_VOID = {"input", "br", "img", "meta", "link", "hr"}


@dataclass
class Form:
    """A form with what the page filled in: text by name, and one choice of each kind that is checked."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # name, value, text
    files: list[str] = field(default_factory=list)


@dataclass
class Page:
    """What came back: where one ended up, and what a person finds there."""

    url: str
    status: int
    html: str
    text: str
    heading: str
    forms: list[Form]
    links: list[tuple[str, str]]  # address, text
    facts: list[tuple[str, str]]  # the rows of its summary lists
    caption: str  # the small line above the heading
    copied: list[str]  # texts that are there to be copied

    def link(self, fragment: str) -> str:
        """The first address or link text that holds `fragment`."""
        for address, text in self.links:
            if fragment in address or fragment.lower() in text.lower():
                return urllib.parse.urljoin(self.url, address)
        raise LookupError(f"No link {fragment!r} on {self.url}: {self.heading!r}")

    def value(self, start: str) -> str:
        """The first text to be copied that begins with `start`."""
        for text in self.copied:
            if text.startswith(start):
                return text
        raise LookupError(f"Nothing to copy that begins with {start!r} on {self.url}: {self.heading!r}")

    def form(self, fragment: str = "") -> Form:
        """The first form whose action, field names or button texts hold `fragment`."""
        for form in self.forms:
            names = [form.action, *(name for name, _ in form.fields), *form.files]
            names += [name for name, *_ in form.buttons]
            if any(fragment in name for name in names) or any(
                fragment.lower() in text.lower() for *_, text in form.buttons
            ):
                return form
        raise LookupError(f"No form {fragment!r} on {self.url}: {self.heading!r}")


class Browser:
    """One person's browser."""

    def __init__(self) -> None:
        self.cookies = CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(self.cookies),
        )
        self.page: Page | None = None

    def get(self, url: str) -> Page:
        """Open an address."""
        return self._open(urllib.request.Request(url))

    def submit(
        self, fragment: str = "", *, press: str = "", files: dict[str, tuple[str, bytes]] | None = None,
        **values: str | list[str],
    ) -> Page:  # fmt: skip
        """Fill in the form that `Page.form(fragment)` finds, press the button that reads `press`, send it."""
        if self.page is None:
            raise LookupError("No page is open.")
        form = self.page.form(fragment)
        pairs = [(name, value) for name, value in form.fields if name not in values]
        for name, value in values.items():
            pairs += [(name, one) for one in (value if isinstance(value, list) else [value])]
        chosen = [b for b in form.buttons if press.lower() in b[2].lower()] if press else form.buttons[:1]
        if press and not chosen:
            raise LookupError(f"No button {press!r} on {self.page.url}: {form.buttons}")
        pairs += [(name, value) for name, value, _ in chosen if name]
        url = urllib.parse.urljoin(self.page.url, form.action)
        if form.method == "get":
            return self.get(url.split("?")[0] + "?" + urllib.parse.urlencode(pairs))
        if files:
            body, content_type = _multipart(pairs, files)
        else:
            body, content_type = urllib.parse.urlencode(pairs).encode(), "application/x-www-form-urlencoded"
        request = urllib.request.Request(url, data=body, headers={"Content-Type": content_type})
        request.add_header("Referer", self.page.url)
        return self._open(request)

    def _open(self, request: urllib.request.Request) -> Page:
        request.add_header("Accept", "text/html")
        try:
            response = self._opener.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            response = error
        html = response.read().decode("utf-8", "replace")
        self.page = _read(response.geturl(), response.status, html)
        return self.page


def call(
    method: str, url: str, *, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    """One bare HTTP exchange, for what no person would do: replays and forgeries."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body=body, headers=headers or {})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def _multipart(pairs: list[tuple[str, str]], files: dict[str, tuple[str, bytes]]) -> tuple[bytes, str]:
    boundary, lines = uuid4().hex, []
    for name, value in pairs:
        lines += [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        ]
    for name, (filename, content) in files.items():
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        lines += [f"{head}Content-Type: application/octet-stream\r\n\r\n".encode(), content, b"\r\n"]
    return b"".join([*lines, f"--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"


def _read(url: str, status: int, html: str) -> Page:
    reader = _Reader()
    reader.feed(html)
    text = " ".join(" ".join(reader.texts).split())
    return Page(
        url, status, html, text, " ".join(reader.heading.split()), reader.forms, reader.links, reader.facts,
        reader.caption, reader.copied,
    )  # fmt: skip


class _Reader(HTMLParser):
    """Collects forms, links, the first heading and the visible text."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.heading = ""
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.facts: list[tuple[str, str]] = []
        self.caption = ""
        self.copied: list[str] = []
        self._stack: list[str] = []
        self._term: list[str] = []
        self._value: list[str] | None = None
        self._caption = False
        self._form: Form | None = None
        self._select: tuple[str, list[tuple[str, bool]]] | None = None
        self._area: str | None = None
        self._button: tuple[str, str] | None = None
        self._link: str | None = None
        self._buffer: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self._stack.append(tag)
        if tag == "dt":
            self._term, self._value = [], None
        elif tag == "dd":
            self._value = []
        elif got.get("class") == "caption":
            self._caption = True
        if tag == "textarea":
            self._area, self._buffer = got.get("name", ""), []
        if tag == "form":
            self._form = Form(got.get("action", ""), got.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag == "a" and "href" in got:
            self._link, self._buffer = got["href"], []
        if self._form is None:
            return
        if tag == "input":
            self._input(self._form, got)
        elif tag == "button":
            self._button, self._buffer = (got.get("name", ""), got.get("value", "")), []
        elif tag == "select":
            self._select = (got.get("name", ""), [])
        elif tag == "option" and self._select is not None:
            self._select[1].append((got.get("value", ""), "selected" in got))

    @staticmethod
    def _input(form: Form, got: dict[str, str]) -> None:
        kind, name = got.get("type", "text"), got.get("name", "")
        if "disabled" in got:
            return
        if kind == "submit":
            form.buttons.append((name, got.get("value", ""), got.get("value", "")))
        elif kind == "file":
            form.files.append(name)
        elif name and (kind not in ("checkbox", "radio") or "checked" in got):
            form.fields.append((name, got.get("value", "on" if kind in ("checkbox", "radio") else "")))

    def handle_endtag(self, tag: str) -> None:
        text = " ".join("".join(self._buffer).split())
        if tag in self._stack:
            while self._stack.pop() != tag:
                pass
        if tag == "a" and self._link is not None:
            self.links.append((self._link, text))
            self._link = None
        elif tag == "button" and self._button is not None and self._form is not None:
            self._form.buttons.append((*self._button, text))
            self._button = None
        elif tag == "textarea" and self._area is not None:
            self.copied.append("".join(self._buffer).strip())
            if self._form is not None:
                self._form.fields.append((self._area, self.copied[-1]))
            self._area = None
        elif tag == "dd" and self._value is not None:
            pair = (" ".join("".join(part).split()) for part in (self._term, self._value))
            self.facts.append(tuple(pair))  # type: ignore[arg-type]
            self._value = None
        elif tag == "span":
            self._caption = False
        elif tag == "select" and self._select is not None and self._form is not None:
            name, options = self._select
            if options:
                self._form.fields.append((name, next((v for v, on in options if on), options[0][0])))
            self._select = None
        elif tag == "form":
            self._form = None

    def handle_data(self, data: str) -> None:
        self._buffer.append(data)
        if "script" in self._stack or "style" in self._stack:
            return
        self.texts.append(data)
        if "dt" in self._stack:
            self._term.append(data)
        elif self._value is not None:
            self._value.append(data)
        if self._caption:
            self.caption += data.strip()
        elif "h1" in self._stack:
            self.heading += data
