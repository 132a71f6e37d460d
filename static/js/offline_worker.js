/* Pages without a network, for somebody who asked to keep things on this device: the store "kept"
   is made by that press, and without it every request goes its way as if this were not here.
   Only what the pages' own script put into the store is kept new, and the last search. A page
   that says no-store, as all private ones do, is never kept. */

const KEPT = "kept";
const SEARCH = "/meetings/";
const LAST_RESORT = "/offline/";
const MOST_FILES = 200;
const BLANK = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Blank page</title></html>';

const isFile = (url) => url.pathname.startsWith("/static/");
const isSearch = (url) => url.pathname === SEARCH;

async function keep(request, answer) {
  if ([404, 410].includes(answer.status) && !isFile(new URL(request.url)) && (await caches.has(KEPT))) {
    // What is listed no longer is not shown without a network either.
    await (await caches.open(KEPT)).delete(request.url);
    return;
  }
  const isPlain = answer.status === 200 && answer.type === "basic" && !answer.redirected;
  if (!isPlain || /no-store/.test(answer.headers.get("Cache-Control") ?? "") || !(await caches.has(KEPT))) {
    return;
  }
  const url = new URL(request.url);
  const store = await caches.open(KEPT);
  if (isFile(url)) {
    await dropOldest(store);
    await store.put(request.url, answer);
  } else if (isSearch(url)) {
    await store.put(request.url, answer);
    for (const other of await store.keys()) {
      if (isSearch(new URL(other.url)) && other.url !== request.url) {
        await store.delete(other);
      }
    }
  } else if (await store.match(request.url)) {
    await store.put(request.url, answer);
  }
}

async function dropOldest(store) {
  const files = (await store.keys()).filter((request) => isFile(new URL(request.url)));
  if (files.length > MOST_FILES) {
    await Promise.all(files.slice(0, MOST_FILES / 2).map((request) => store.delete(request)));
  }
}

async function kept(request) {
  if (!(await caches.has(KEPT))) {
    return undefined;
  }
  const store = await caches.open(KEPT);
  const url = new URL(request.url);
  const found = await store.match(request.url);
  if (found || request.mode !== "navigate") {
    return found;
  }
  // Help of any country is help.
  const help = url.pathname === "/help/" ? await store.match("/help/", { ignoreSearch: true }) : undefined;
  return help ?? (await store.match(LAST_RESORT));
}

async function answered(event) {
  const { request } = event;
  try {
    const answer = await fetch(request);
    const copy = answer.clone();
    event.waitUntil(keep(request, copy).catch(() => {}));
    return answer;
  } catch (failure) {
    const found = await kept(request);
    if (found) {
      return found;
    }
    throw failure;
  }
}

async function left() {
  try {
    return await fetch("/exit/");
  } catch {
    return new Response(BLANK, { headers: { "Content-Type": "text/html; charset=utf-8" } });
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) {
    return;
  }
  if (url.pathname === "/exit/") {
    event.waitUntil(caches.delete(KEPT));
    event.respondWith(left());
  } else if (request.mode === "navigate" || isFile(url) || url.pathname === "/help/lines.json") {
    event.respondWith(answered(event));
  }
});
