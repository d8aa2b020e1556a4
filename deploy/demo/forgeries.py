"""What goes wrong, and what becomes of it: replays, forgeries, withdrawn cards, a silent status server."""

import json

from common.keys import jwk
from common.keys.private_key import generate
from deploy.demo import holder
from deploy.demo.narrator import Narrator, Telling
from deploy.demo.world import Site

REFUSED = range(400, 500)


class Forgeries:
    """Ana's identity credential in a wallet of another make, and what others try with it."""

    def __init__(self, site: Site, narrator: Narrator) -> None:
        self.site, self.tell = site, narrator
        self.ana, self.mallory = generate("P-256"), generate("P-256")
        self.file = site.folder / "identity.sd-jwt"
        self.credential, self.identifier = self._issue("identity", "P-0001")
        self.file.write_text(self.credential)

    def mallory_tries(self) -> None:
        """Replay, tampering and somebody else's key."""
        self.tell.chapter("Mallory tries")
        with self.tell.step("An honest answer from a wallet of another make opens the cinema's door") as told:
            link, status_url = self._request()
            honest = holder.answer(link, self.credential, key=self.ana, claim="age_over_18")
            self._expect(told, holder.send(honest) == 200, status_url, "UNLOCKED")
        with self.tell.step("The same answer once more: replay refused") as told:
            told.must(holder.send(honest) in REFUSED, "A replayed answer was accepted.")
        with self.tell.step("The same presentation for a new request: wrong nonce, refused") as told:
            link, status_url = self._request()
            fresh = holder.answer(link, self.credential, key=self.ana, claim="age_over_18")
            stale = holder.redirected(honest, to=fresh)
            self._expect(told, holder.send(stale) in REFUSED, status_url, "REJECTED")
        with self.tell.step("A credential with one changed byte: signature refused") as told:
            link, status_url = self._request()
            forged = holder.answer(link, holder.tampered(self.credential), key=self.ana, claim="age_over_18")
            self._expect(told, holder.send(forged) in REFUSED, status_url, "REJECTED")
        with self.tell.step("Mallory shows Ana's credential with her own key: wrong holder, refused") as told:
            link, status_url = self._request()
            stolen = holder.answer(link, self.credential, key=self.mallory, claim="age_over_18")
            self._expect(told, holder.send(stolen) in REFUSED, status_url, "REJECTED")

    def the_office_withdraws(self) -> None:
        """Suspension, its lifting, revocation, and the door that then stays closed."""
        self.tell.chapter("The office suspends, lifts, revokes")
        for status, reason, opened, code in (
            ("suspended", "address under review", False, 2),
            ("valid", "review ended", True, 0),
            ("revoked", "card reported stolen", False, 2),
        ):
            done = "opens" if opened else "stays closed"
            with self.tell.step(f"{status.capitalize()} ({reason}): the door {done} at once") as told:
                self.site.manage("set_status", self.identifier, status, "--reason", reason, "--json")
                link, status_url = self._request()
                sent = holder.send(holder.answer(link, self.credential, key=self.ana, claim="age_over_18"))
                self._expect(told, (sent == 200) == opened, status_url, "UNLOCKED" if opened else "REJECTED")
                found = self.site.manage("verify", str(self.file), "--json", codes=(code,))
                told(f"{told.outcome}; verify says {found['status']} and exits with {code}")
        with self.tell.step("Revoked is for good: it cannot be lifted") as told:
            arguments = ["set_status", self.identifier, "valid", "--reason", "plea"]
            told(self.site.refused(*arguments))

    def the_issuer_is_silent(self) -> None:
        """A verifier elsewhere, and an issuer whose server stops: nobody guesses."""
        self.tell.chapter("The issuer's server does not answer")
        credential, _ = self._issue("identity", "P-0002")
        self.file.write_text(credential)
        verify = ("verify", str(self.file), "--json")
        with self.tell.step("A verifier in a process of its own asks the issuer over HTTP") as told:
            told(self.site.manage(*verify, ROLES="verifier")["status"])
        with self.tell.step("The issuer's server stops: not valid, not revoked, but undetermined") as told:
            self.site.stop()
            found = self.site.manage(*verify, ROLES="verifier", codes=(3,))
            told(f"verify says {found['status']} and exits with 3")
        with self.tell.step("It comes back, and so does the answer") as told:
            self.site.start()
            told(self.site.manage(*verify, ROLES="verifier")["status"])

    def _issue(self, configuration: str, record: str) -> tuple[str, str]:
        """A credential bound to Ana's key, as `issue` makes it without the protocol; and its identifier."""
        path = self.site.folder / "ana.jwk"
        path.write_text(json.dumps(jwk.encode(self.ana.public_key)))
        issued = self.site.manage(
            "issue", configuration, record, "--format", "dc+sd-jwt", "--holder", str(path), "--json"
        )
        return issued["credential"], issued["credential_id"]

    def _request(self) -> tuple[str, str]:
        """A fresh request of the cinema, by value, and where its state can be read."""
        by_value = ("--response-mode", "direct_post", "--client-id-prefix", "redirect_uri")
        made = self.site.manage("create_request", "over-18", *by_value, "--json")
        return made["request_uri"], made["status_url"]

    @staticmethod
    def _expect(told: Telling, answered: bool, status_url: str, state: str) -> None:
        found = json.loads(holder.get(status_url))
        reason = found["outcome"].get("reason", "")
        told.must(answered and found["state"] == state, f"Expected {state}, found {found}.")
        told(f"{found['state']}{': ' if reason else ''}{reason}")
