// Where the browser has the Digital Credentials API, offers it beside the code on the page.
const offer = document.querySelector("[data-digital-url]");
async function ask() {
  const url = offer.dataset.digitalUrl;
  try {
    const digital = await (await fetch(url, { headers: { Accept: "application/json" } })).json();
    const { protocol, data } = await navigator.credentials.get({ digital, mediation: "required" });
    const body = JSON.stringify({ protocol, data });
    await fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body });
    location.reload();
  } catch {
    offer.querySelector("[role=alert]").hidden = false; // declined, or no wallet: the code is still there
  }
}
if (offer && "DigitalCredential" in window) {
  offer.hidden = false;
  offer.querySelector("button").addEventListener("click", ask);
}
