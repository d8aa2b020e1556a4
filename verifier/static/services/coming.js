// Looks now and then whether what is being made has come, and shows the page anew only then.
async function look() {
  try {
    const reply = await fetch(location.href);
    if (reply.ok && !(await reply.text()).includes("data-coming")) return location.reload();
  } catch {
    // The next look may succeed; the link on the page always does.
  }
  setTimeout(look, 5000);
}
setTimeout(look, 5000);
