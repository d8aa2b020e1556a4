"""A site of its own on a fresh database, and a Chromium that looks at each page as its users would.

`make test-browser` runs what stands here. Pictures of every page, 390 and 1280 pixels wide, are left in
var/browser/ for whoever wants to see them.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.ports import reserved

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "var" / "browser"
WIDTHS = (390, 1280)
NARROWEST = 320  # WCAG 2.2, 1.4.10: content reflows at this width without scrolling sideways
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

SIDEWAYS = """() => {
  const root = document.documentElement, wide = root.clientWidth;
  if (root.scrollWidth <= wide) return [];
  const out = [...document.querySelectorAll('body *')].filter(
    node => node.getBoundingClientRect().right > wide + 1 && node.checkVisibility()
  );
  return [`${root.scrollWidth} wide: ` + (out.at(-1)?.outerHTML.slice(0, 120) ?? '')];
}"""

# What a person with a keyboard, a screen reader or an unsteady hand would stumble over, as sentences.
INSPECT = """() => {
  const faults = [], say = (text, node) => faults.push(text + ': ' + node.outerHTML.slice(0, 120));
  const all = selector => [...document.querySelectorAll(selector)];
  const seen = node => node.checkVisibility();
  if (all('h1').length !== 1) faults.push(`${all('h1').length} h1 on this page`);
  if (all('main').length !== 1) faults.push('not one main');
  if (!document.documentElement.lang) faults.push('no lang');
  if (document.title.trim().length < 10) faults.push('no title: ' + document.title);
  let level = 1;
  for (const heading of all('main :is(h1, h2, h3, h4)')) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) say('heading skips a level', heading);
    if (!heading.textContent.trim()) say('empty heading', heading);
    level = next;
  }
  const ids = new Map();
  for (const node of all('[id]')) ids.set(node.id, (ids.get(node.id) || 0) + 1);
  for (const [id, count] of ids) if (count > 1) faults.push(`id ${id} stands ${count} times`);
  for (const name of ['aria-describedby', 'aria-labelledby', 'for'])
    for (const node of all(`[${name}]`))
      for (const id of node.getAttribute(name).split(' '))
        if (!ids.has(id)) say(`${name} leads nowhere`, node);
  for (const node of all('input:not([type=hidden]), select, textarea'))
    if (!node.labels.length && !node.matches('[aria-label], [aria-labelledby]')) say('no label', node);
  for (const node of all('a[href], button'))
    if (!node.textContent.trim() && !node.ariaLabel) say('no name', node);
  for (const node of all('img')) if (!node.hasAttribute('alt')) say('no alt', node);
  for (const node of all('[style]:not([style=""])')) say('inline style', node);
  for (const node of all('button, .button, input[type=checkbox], input[type=radio]').filter(seen)) {
    const box = node.getBoundingClientRect();
    if (box.width < 24 || box.height < 24) say('too small to hit', node);
  }
  for (const node of all('a[href^="#"]'))
    if (node.hash.length > 1 && !ids.has(node.hash.slice(1))) say('link leads nowhere', node);
  return faults;
}"""


@dataclass(frozen=True, slots=True)
class Site:
    """A running site, its sample world loaded."""

    url: str
    var: Path
    officer: dict[str, str]
    passwords: dict[str, str]  # of those with the rights of one desk, and of the operator

    def command(self, *arguments: str) -> Any:
        """What `manage.py … --json` says, on this site's database."""
        return json.loads(_manage(self.url, self.var, *arguments, "--json"))

    def shell(self, code: str) -> str:
        """What a line of Python prints on this site's database, where no command tells it."""
        return _manage(self.url, self.var, "shell", "--no-imports", "--command", code)


class Visitor:
    """A person at a browser; whatever is wrong with a page they see is an assertion."""

    def __init__(self, page: Any, site: Site, name: str) -> None:
        self.page, self.site, self.name = page, site, name
        self.faults: list[str] = []
        self._pictures = 0
        self._expected = ""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("request", self._request)

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning") and not (self._expected and self._expected in message.text):
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((f"{self.site.url}/", "data:")):
            self.faults.append(f"another origin was asked: {request.url}")

    def expecting(self, status: int) -> "Visitor":
        """The next step is answered with this status, which the browser's console may note."""
        self._expected = f"status of {status}" if status >= 400 else ""
        return self

    def goto(self, path: str, *, status: int = 200) -> "Visitor":
        """Open a page of the site by its path."""
        self.expecting(status)
        response = self.page.goto(self.site.url + path)
        assert response is not None
        assert response.status == status, f"{path} answered {response.status}"
        assert not self.page.locator(".summary").count(), f"{path} begins with a problem"
        return self

    def press(self, name: str) -> "Visitor":
        """Press the button, or follow the link, of that name."""
        button = self.page.get_by_role("button", name=name, exact=True)
        (button if button.count() else self.page.get_by_role("link", name=name, exact=True)).first.click()
        self.page.wait_for_load_state("load")
        return self

    def fill(self, label: str, text: str) -> "Visitor":
        """Write into the field of that label."""
        self.page.get_by_label(label, exact=True).fill(text)
        return self

    def sees(self, *words: str) -> "Visitor":
        """These words stand on the page."""
        text = self.page.locator("body").inner_text()
        for word in words:
            assert word in text, f"“{word}” does not stand on {self.page.url}:\n{text}"
        return self

    def heading(self) -> str:
        """The page's h1."""
        return str(self.page.locator("h1").inner_text())

    def _sideways(self) -> list[str]:
        """What one would have to scroll sideways for (WCAG 2.2, 1.4.4 and 1.4.10)."""
        found: list[str] = self.page.evaluate(SIDEWAYS)
        return found

    def look(self, name: str) -> "Visitor":
        """Take the page's pictures and find nothing wrong with it at any width."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.wait_for_load_state("load")
        self.page.locator("h1").first.wait_for()
        before = self.page.viewport_size
        self._pictures += 1
        for width, text in ((NARROWEST, 100), *((width, text) for width in WIDTHS for text in (200, 100))):
            self.page.set_viewport_size({"width": width, "height": 844})
            self.page.evaluate("size => {document.documentElement.style.fontSize = size}", f"{text}%")
            self.faults += [f"{fault}, {width} pixels, text at {text} %" for fault in self._sideways()]
            if width in WIDTHS and text == 100:
                picture = PICTURES / f"{self.name}-{self._pictures:02}-{name}-{width}.png"
                self.page.screenshot(path=picture, full_page=True)
        self.page.evaluate("document.documentElement.removeAttribute('style')")
        self.page.set_viewport_size(before)
        self.faults += self.page.evaluate(INSPECT)
        assert not self.faults, f"{name} ({self.page.url}):\n" + "\n".join(self.faults)
        return self


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright; without either, these tests say what to install."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason="pip install -r tests/requirements.txt")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The whole site on a free port, with its samples, on a database of its own: each story begins anew."""
    var = tmp_path_factory.mktemp("var")
    port = reserved()
    url = f"http://localhost:{port}"
    _manage(url, var, "migrate", "--verbosity", "0")
    prepared = json.loads(_manage(url, var, "prepare_site", "--json"))
    server = subprocess.Popen(
        [Path(sys.executable).with_name("granian"), "--interface", "wsgi", "--host", "127.0.0.1",
         "--port", str(port), "--workers", "1", "--blocking-threads", "4", "--no-ws",
         "--log-level", "warning", "common.config.wsgi:application"],
        cwd=ROOT, env=_environment(url, var),
    )  # fmt: skip
    try:
        _wait_for(f"{url}/readyz", server)
        passwords = {each["username"]: each["password"] for each in prepared["sign_ins"]}
        yield Site(url, var, prepared["officer"], passwords)
    finally:
        server.terminate()
        server.wait(timeout=10)


@pytest.fixture
def visitor(chromium: Any, site: Site, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """Somebody with a browser of their own, no cookies yet."""
    name = request.node.name.removeprefix("test_")
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    context.set_default_timeout(15_000)
    yield Visitor(context.new_page(), site, name)
    context.close()


def _environment(url: str, var: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "VAR_DIR": str(var), "BASE_URL": url, "LOG_LEVEL": "INFO"}


def _manage(url: str, var: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=_environment(url, var), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"manage.py {' '.join(arguments)}:\n{done.stderr}"
    return done.stdout


def _wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert server.poll() is None, "the site stopped before it answered"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"{url} did not answer within 30 seconds")
