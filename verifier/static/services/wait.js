// Asks now and then how far a request has come, and shows the page anew when that has changed.
const place = document.querySelector("[data-status-url]");
async function look() {
  try {
    const reply = await fetch(place.dataset.statusUrl, { headers: { Accept: "application/json" } });
    if (reply.ok && (await reply.json()).state !== place.dataset.state) return location.reload();
  } catch {
    // The next look may succeed; the link on the page always does.
  }
  setTimeout(look, 2000);
}
if (place) setTimeout(look, 2000);
