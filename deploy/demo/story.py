"""The story, chapter by chapter; each function is one, and takes the world as the one before left it."""

import json
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from common.adapters import qr
from deploy.demo.browser import Browser, Page, call
from deploy.demo.narrator import Narrator, StoryBrokenError
from deploy.demo.pictures import card
from deploy.demo.world import Site

EXPORT = (  # as a ministry hands it over: semicolons, Latin-1, day first, one wrong row
    "Código;Nombre;Fecha de nacimiento;Parcela;Cultivo\n"
    "CO-01;Ñusta Huamán Quispe;25-05-1990;La Peña;Quinua\n"
    "CO-02;José Ibáñez Condori;12-11-1985;El Cañón;Maíz\n"
    "CO-03;Sin fecha;31-02-1988;Loma;Papa\n"
    "CO-04;Túpac Mamani;03-07-1971;Río Seco;Haba\n"
)


class Story:
    """Ana's day, and Mallory's."""

    def __init__(self, site: Site, narrator: Narrator, *, password: str) -> None:
        self.site, self.tell, self.pictures, self.password = site, narrator, site.folder, password
        self.ana = Browser()

    # --- the registry office -------------------------------------------------------------------------

    def a_registry_from_a_spreadsheet(self) -> None:
        """A CSV never seen before becomes a registry, a credential type and a verified credential."""
        self.tell.chapter("A registry office and its spreadsheet")
        site, export = self.site, self.site.folder / "cooperative.csv"
        export.write_bytes(EXPORT.encode("latin-1"))
        importing = [
            "import_registry",
            "cooperative",
            "--csv",
            str(export),
            "--title",
            "Andean Cooperative",
            "--json",
        ]
        with self.tell.step("An export with semicolons, Latin-1 and a wrong date is imported") as told:
            first = site.manage(*importing)
            told.must((first["created"], first["rejected"]) == (3, 1), f"The import said {first}.")
            report = Path(first["report"]).read_text(encoding="utf-8").strip().splitlines()[-1]
            told(f"{first['created']} rows loaded, {first['rejected']} rejected: {report}")
        with self.tell.step("The same file once more changes nothing") as told:
            again = site.manage(*importing)
            told.must((again["created"], again["updated"]) == (0, 0), f"The second import said {again}.")
            told(f"{again['unchanged']} rows unchanged")
        with self.tell.step("A credential type is made of it, without code") as told:
            made = site.manage("create_configuration", "cooperative", "--type", "CooperativeMember", "--json")
            told(f"{made['configuration_id']}: {', '.join(made['formats'])}")
        with self.tell.step("A member's credential is issued") as told:
            path = site.folder / "member.json"
            name = made["configuration_id"]
            site.manage("issue", name, "CO-01", "--format", "ldp_vc", "--out", str(path), "--json")
            document = json.loads(path.read_text(encoding="utf-8"))
            told(f"signed by {document['issuer']['id']}")
        with self.tell.step("Anybody verifies the file") as told:
            found = site.manage("verify", str(path), "--json")
            told(", ".join(f"{check['check']} {check['result']}" for check in found["checks"]))

    # --- the citizen -----------------------------------------------------------------------------------

    def ana_receives_her_cards(self) -> None:
        """Offers as QR code, as link and with a one-time code; all end as cards in one wallet."""
        self.tell.chapter("Ana receives her cards")
        site, ana = self.site, self.ana
        with self.tell.step("Ana creates a wallet; its key is derived from her passphrase"):
            passphrase = secrets.token_urlsafe(16)
            ana.get(f"{site.url}/wallet/sign-up")
            ana.submit("again", name="ana", passphrase=passphrase, again=passphrase)
            self._on(ana, "/wallet/")
        with self.tell.step(
            "The farmer registry offers a card, with a one-time code; she photographs its QR code"
        ) as told:
            offer = site.manage("create_offer", "farmer", "F-0001", "--tx-code", "--json")
            picture = qr.png(offer["offer_uri"])
            (self.pictures / "offer-farmer.png").write_bytes(picture)
            ana.get(f"{site.url}/wallet/add")
            page = ana.submit("picture", files={"picture": ("offer.png", picture)})
            told(page.heading)
        with self.tell.step("Bruno, who saw the QR code, guesses the code, and is stopped") as told:
            told(f"{self._bruno_guesses()} wrong guesses, then the offer is dead")
        with self.tell.step(
            "The office makes a new offer; Ana types its code and the card arrives, verified"
        ) as told:
            offer = site.manage("create_offer", "farmer", "F-0001", "--tx-code", "--json")
            page = self.accept(ana, offer)
            told(", ".join(f"{name}: {value}" for name, value in page.facts))
        for configuration, key in (("identity", "P-0001"), ("disability", "D-0001")):
            with self.tell.step(f"The {configuration} card arrives by link"):
                self.accept(ana, site.manage("create_offer", configuration, key, "--json"))
        with self.tell.step("Her wallet shows the cards, each with its live status") as told:
            told("\n".join(self._draw_cards()))

    def _bruno_guesses(self) -> int:
        offer = self.site.manage("create_offer", "farmer", "F-0001", "--tx-code", "--json")
        grant = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
        code = offer["credential_offer"]["grants"][grant]["pre-authorized_code"]
        wrong = "000000" if offer["tx_code"] != "000000" else "111111"
        url = f"{offer['credential_offer']['credential_issuer']}/token"
        form = {"Content-Type": "application/x-www-form-urlencoded"}

        def token(tx_code: str) -> bytes:
            body = f"grant_type={grant}&pre-authorized_code={code}&tx_code={tx_code}".encode()
            return call("POST", url, body=body, headers=form)[1]

        guesses = 0
        while b"access_token" not in token(wrong) and guesses < 4:
            guesses += 1
        guesses += 1
        if b"access_token" in token(offer["tx_code"]):
            raise StoryBrokenError("The right code still works after wrong guesses.")
        return guesses

    def accept(self, person: Browser, offer: dict[str, Any]) -> Page:
        """Follow an offer's link, say yes, type the code where one is asked."""
        query = urlsplit(offer["offer_uri"]).query
        person.get(f"{self.site.url}/wallet/accept?{query}")
        page = person.submit("decision", press="Yes")
        if offer["tx_code"]:
            page = person.submit("code", code=offer["tx_code"])
        if page.status != 200 or "/wallet/cards/" not in page.url:
            raise StoryBrokenError(f"The card did not arrive: {page.heading} – {page.text[:300]}")
        return page

    def _draw_cards(self) -> list[str]:
        overview, lines = self.ana.get(f"{self.site.url}/wallet/"), []
        seen = dict.fromkeys(address for address, _ in overview.links if "/wallet/cards/" in address)
        for number, address in enumerate(seen, start=1):
            page = self.ana.get(self.site.url + address)
            facts = dict(page.facts)
            status = next(
                (word for word in ("Revoked", "Suspended", "Valid") if word in page.text), "Unknown"
            )
            path = self.pictures / f"card-{number}.svg"
            card(path, title=page.heading, issuer=page.caption, facts=facts, status=status)
            lines.append(f"{page.heading} – {page.caption} – {status}")
        return lines

    # --- the services ------------------------------------------------------------------------------------

    def four_services(self) -> None:
        """A record, an account, one door that learns a single thing; the payment has a chapter of its own."""
        self.tell.chapter("Four services, three unlocks")
        told_clinic = (
            "Registry: the clinic reads agreed attributes at the disability registry, with a token of its own"
        )
        with self.tell.step(told_clinic) as told:
            page = self.use("clinic")
            told(", ".join(f"{name}: {value}" for name, value in page.facts))
        with self.tell.step("Ana sees who read what about her") as told:
            page = self.ana.get(f"{self.site.url}/wallet/activity")
            told.must("clinic" in page.text.lower(), "The read is not in her log.")
            told(page.heading)
        with self.tell.step("Service: mobile money opens an account and hands her a signed receipt") as told:
            page = self.use("mobile-money")
            receipt = self.ana.get(page.link("document")).html
            (self.pictures / "receipt.txt").write_text(receipt, encoding="utf-8")
            told(f"{page.heading}; receipt of {len(receipt)} characters")
        with self.tell.step(
            "Over 18: the cinema learns that one thing, on another device, by QR code"
        ) as told:
            page = self.use("over-18", elsewhere=True)
            told.must(not page.facts, "The cinema saw more than that one thing.")
            told(page.heading)

    def use(self, slug: str, *, elsewhere: bool = False, payee: str = "") -> Page:
        """Ask a service, look at the consent screen in the wallet, agree, and see what opened."""
        site = self.site
        provider = Browser() if elsewhere else self.ana
        provider.get(f"{site.url}/services/{slug}")
        values: dict[str, Any] = {"payee": payee} if payee else {}
        waiting = provider.submit("way", press="another" if elsewhere else "this", **values)
        link = waiting.link("/wallet/authorize") if not elsewhere else waiting.value("openid4vp://")
        if elsewhere:
            picture = qr.png(link)
            (self.pictures / f"request-{slug}.png").write_bytes(picture)
            self.ana.get(f"{site.url}/wallet/add")
            self.ana.submit("picture", files={"picture": ("request.png", picture)})
        else:
            self.ana.get(link)
        if not self.ana.page or "/wallet/authorize/" not in self.ana.page.url:
            raise StoryBrokenError(
                f"No consent screen for {slug}: {self.ana.page and self.ana.page.text[:400]}"
            )
        done = self.ana.submit("decision", press="onfirm payment" if payee else "Yes")
        if elsewhere:
            return provider.get(waiting.url)
        return self.ana.get(done.link("/finish"))

    @staticmethod
    def _on(person: Browser, path: str) -> None:
        if person.page is None or not urlsplit(person.page.url).path.startswith(path):
            raise StoryBrokenError(f"Expected {path}: {person.page and person.page.text[:400]}")

    def a_withdrawn_card(self) -> None:
        """An officer revokes a card from the desk; the wallet shows it."""
        self.tell.chapter("Ana's own card is withdrawn")
        with self.tell.step(
            "An officer finds Ana's record at the desk and revokes her disability card"
        ) as told:
            told(f"{self._officer_revokes('disabilities', 'D-0001')} credentials revoked")
        with self.tell.step("Her wallet shows it") as told:
            lines = self._draw_cards()
            told.must(any(line.endswith("Revoked") for line in lines), f"The wallet shows {lines}.")
            told("\n".join(lines))

    def officer(self) -> Browser:
        """The browser of somebody at the desk."""
        officer = Browser()
        officer.get(f"{self.site.url}/office/")
        officer.submit("username", username="officer", password=self.password)
        return officer

    def staff(self, service: str) -> Browser:
        """Somebody who works for a service, signed in."""
        made = self.site.manage("create_staff", f"{service}-staff", "--service", service, "--json")
        staff = Browser()
        staff.get(f"{self.site.url}/services/staff/")
        staff.submit("username", username=made["username"], password=made["password"])
        return staff

    def _officer_revokes(self, registry: str, record: str) -> int:
        """Sign in at the registry office, open the record, revoke its card: every copy in every format."""
        officer = self.officer()
        page = officer.get(f"{self.site.url}/office/registries/{registry}/")
        page = officer.get(page.link(record))
        issued = dict.fromkeys(address for address, _ in page.links if "/office/credentials/" in address)
        officer.get(self.site.url + next(iter(issued)))
        officer.submit("reason", state="revoked", reason="The assessment was withdrawn.")
        return len(issued)
