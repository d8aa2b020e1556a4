"""The rails of the story: a death that ends cards, a pension that begins, money that arrives, a consent."""

import time
from pathlib import Path
from typing import Any

from deploy.demo.narrator import Narrator
from deploy.demo.story import Story

HUSBAND = (("identity", "P-0407"), ("farmer", "F-0135"))
ANA = ("identity", "P-0001")
ACT = "X-0118"
ACCOUNT = "account:0042@national-bank"


class Rails:
    """What follows from what: in the registries, at the paying agency, at the clinic."""

    def __init__(self, story: Story, narrator: Narrator) -> None:
        self.story, self.site, self.tell, self.ana = story, story.site, narrator, story.ana

    def a_death_is_registered(self) -> None:
        """One row in the civil registry; what others issued to the dead ends, and his widow is told."""
        self.tell.chapter("A death in the civil registry")
        site = self.site
        with self.tell.step("Julián, Ana's husband, holds cards of two other authorities") as told:
            cards = [self._issued(*card) for card in HUSBAND]
            told(", ".join(f"{card.stem}: {self._check(card)['status']}" for card in cards))
        with self.tell.step("The clerk's spreadsheet has one row more: his death") as told:
            path = site.folder / "deaths.csv"
            path.write_text(self._act(of=cards[0], spouse=self._issued(*ANA)), encoding="utf-8")
            told(f"{site.manage('import_registry', 'deaths', '--csv', str(path), '--json')['created']} row")
        with self.tell.step("A preview says what the rules would do, and does nothing") as told:
            plan = site.manage("sync_registry", "deaths", "--preview", "--json")
            told.must(self._check(cards[0])["status"] == "valid", "The preview changed something.")
            told(self._counts(plan))
        with self.tell.step("The rules are applied: his cards end, at once and everywhere") as told:
            done = site.manage("sync_registry", "deaths", "--expect", plan["plan"], "--json")
            after = [self._check(card)["status"] for card in cards]
            told.must(set(after) == {"revoked"}, f"His cards are {after}.")
            told(self._counts(done))
        with self.tell.step("Once more, and nothing happens twice") as told:
            told(self._counts(site.manage("sync_registry", "deaths", "--json")))
        with self.tell.step("Ana finds it in her wallet: a certificate waits for her") as told:
            site.manage("deliver_notices", "--json")
            page = self.ana.get(f"{site.url}/wallet/activity")
            told.must("Death certificate" in page.text, "She was not told.")
            told("Ready: Death certificate, by the Civil Registry")

    def the_widows_pension_begins(self) -> None:
        """Two cards of two authorities that fit together open a programme, once a month."""
        self.tell.chapter("The widow's pension begins")
        site = self.site
        with self.tell.step("She takes the certificate"):
            self.story.accept(self.ana, site.manage("create_offer", "death", ACT, "--json"))
        with self.tell.step("Who she is, and whose widow: both cards together open the programme") as told:
            told(self.story.use("widows-pension", payee="7001-0042").heading)
        with self.tell.step("A second time in the same month") as told:
            told(self.story.use("widows-pension", payee="7001-0042").heading)

    def a_subsidy_comes_back_settled(self) -> None:
        """From a harvest claim to a bank's file, and back as the bank's word."""
        self.tell.chapter("A subsidy, from the harvest to the bank and back")
        site = self.site
        with self.tell.step("The paying agency names its bank, which takes files by ISO 20022") as told:
            settings = ["payer=account:7001@national-bank", "payer_name=National Paying Agency"]
            given = [part for setting in settings for part in ("--set", setting)]
            site.manage("set_gateway", "bank", "iso20022", *given, "--programme", "subsidy", "--json")
            told("set_gateway bank iso20022 --programme subsidy")
        with self.tell.step(
            "Payment: her harvest decides the amount, and she signs amount and payee"
        ) as told:
            page = self.story.use("subsidy", payee=ACCOUNT)
            told(f"{page.heading}; {dict(page.facts)['Amount']}")
        with self.tell.step("The instruction leaves as pain.001") as told:
            sent = site.manage("deliver_outbox", "--json")
            [file] = (site.folder / "outbox" / "pain.001").glob("*.xml")
            told.must(sent["delivered"] == 1, f"The outbox said {sent}.")
            told(file.name)
        with self.tell.step("She asks a second time; it is paid once") as told:
            page = self.story.use("subsidy", payee=ACCOUNT)
            told(f"{page.heading}; outbox: {site.manage('deliver_outbox', '--json')['delivered']} delivered")
        with self.tell.step("The bank, another process, pays and answers with pain.002") as told:
            told(site.bank())
        with self.tell.step("The answer is read: settled, and the books balance") as told:
            found = site.manage("reconcile_payments", "--json")
            report = site.manage("payments_report", "--programme", "subsidy", "--json")
            told.must(found["settled"] == 1 and report["balanced"], f"Reconciling said {found}.")
            told(f"settled: {found['settled']}; balanced: {report['balanced']}")
        with self.tell.step("Ana sees in her wallet that it has arrived") as told:
            page = self.ana.get(f"{site.url}/wallet/activity?show=paid")
            told.must("Arrived" in page.text, f"Her wallet says {page.text}.")
            told("Payments: Arrived")

    def a_consent_ends(self) -> None:
        """Two attributes, read as long as Ana agrees, and not a moment longer."""
        self.tell.chapter("Consent, and its end")
        site = self.site
        with self.tell.step("Ana lets the clinic look up two attributes for a month") as told:
            page = self.story.use("clinic-care")
            reference = dict(page.facts)["Reference of your consent"]
            told(", ".join(f"{name}: {value}" for name, value in page.facts))
        clinic = self.story.staff("clinic-care")
        with self.tell.step("Before the next appointment the clinic reads them again, without her") as told:
            record = clinic.get(f"{site.url}/services/staff/records").link("/staff/records/")
            clinic.get(record)
            page = clinic.submit("Read the record")
            told.must("hearing" in page.text, f"The clinic reads {page.text}.")
            told(f"Consent {reference}: {', '.join(f'{name}: {value}' for name, value in page.facts[:2])}")
        with self.tell.step("She withdraws her consent in the wallet; from then on nothing is read") as told:
            self.ana.get(f"{site.url}/wallet/activity?show=read")
            self.ana.submit("may read: kind of disability")
            withdrawn = time.monotonic()
            page = clinic.submit("Read the record")
            told.must("does not open this record" in page.text, f"The clinic reads {page.text}.")
            told(f"refused, {time.monotonic() - withdrawn:.2f} s after she withdrew")
        with self.tell.step("Both ends wrote each reading down, under the same numbers") as told:
            here = site.manage("read_log", "--service", "clinic-care", "--json")["entries"]
            there = site.manage("access_log", "--authority", "disability-registry", "--json")["entries"]
            outcomes = {entry["request_id"]: entry["outcome"] for entry in here}
            told.must(
                outcomes.items() <= {entry["request_id"]: entry["outcome"] for entry in there}.items(),
                f"One end says {outcomes}.",
            )
            told(", ".join(outcomes.values()))

    def _issued(self, configuration: str, record: str) -> Path:
        """A credential that was handed over some other day."""
        path = self.site.folder / f"{configuration}-{record}.sd-jwt"
        self.site.manage(
            "issue", configuration, record, "--format", "dc+sd-jwt", "--out", str(path), "--json"
        )
        return path

    def _check(self, card: Path) -> dict[str, Any]:
        """What anybody finds who verifies it."""
        found: dict[str, Any] = self.site.manage("verify", str(card), "--json", codes=(0, 2))
        return found

    def _act(self, *, of: Path, spouse: Path) -> str:
        """The clerk's row."""
        person, widow = self._check(of)["claims"], self._check(spouse)["claims"]
        names = ("national_id", "given_name", "family_name")
        said = ";".join(str(person[name]) for name in names)
        return (
            "death_id;national_id;given_names;family_names;died_on;spouse_national_id;registered_on\n"
            f"{ACT};{said};2026-11-19;{widow['national_id']};2026-11-20\n"
        )

    @staticmethod
    def _counts(synced: dict[str, Any]) -> str:
        return ", ".join(f"{word}: {count}" for word, count in synced["counts"].items() if count) or "nothing"
