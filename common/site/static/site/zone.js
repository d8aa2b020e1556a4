// Tells the site in which time zone this browser is, so that pages speak of the person's own hours.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const secure = location.protocol === "https:" ? "; secure" : "";
if (zone) document.cookie = `sello-zone=${zone}; path=/; max-age=31536000; samesite=lax${secure}`;
