/* Keep the last search for when there is no network, for somebody who keeps things on this device.
   A search that loads as a page is kept by the worker; one that htmx puts into the page is asked
   for once more, whole, when the person has stopped choosing. */

const QUIET_MS = 2000;
let waiting = 0;

async function keepSearch() {
  const { pathname, href } = window.location;
  if (pathname !== "/meetings/" || !("caches" in window) || !(await window.caches.has("kept"))) {
    return;
  }
  const answer = await fetch(href).catch(() => null);
  if (!answer?.ok || answer.redirected || /no-store/.test(answer.headers.get("Cache-Control") ?? "")) {
    return;
  }
  const store = await window.caches.open("kept");
  for (const other of await store.keys()) {
    if (new URL(other.url).pathname === "/meetings/") {
      await store.delete(other);
    }
  }
  await store.put(href, answer);
}

document.addEventListener("htmx:afterSettle", () => {
  clearTimeout(waiting);
  waiting = setTimeout(keepSearch, QUIET_MS);
});
