/* What a person asked this device to keep: one entry of the browser's storage, and one store of
   pages for when there is no network. Neither is there before somebody presses a button for it,
   and nothing of it is ever sent, but the names of meetings whose dates the device asks for. */

const ENTRY = "kept";
const PAGES = "kept";
export const LIKES = ["approach", "focus", "format"];

function empty() {
  return { version: 1, meetings: {}, seats: [], likes: {} };
}

export function read() {
  try {
    const found = JSON.parse(window.localStorage.getItem(ENTRY));
    return found?.version === 1 ? { ...empty(), ...found } : empty();
  } catch {
    return empty();
  }
}

export function isAnything(kept = read()) {
  return Object.keys(kept.meetings).length > 0 || kept.seats.length > 0 || hasLikes(kept);
}

export function hasLikes(kept = read()) {
  return LIKES.some((kind) => kept.likes[kind]?.length);
}

/* Ask, before the first thing is kept, whether the device is the person's own. */
export function mayKeep() {
  const asks = document.querySelector("[data-keep-asks]");
  if (isAnything() || !asks) {
    return Promise.resolve(true);
  }
  if (!asks.showModal) {
    // An old browser asks in its own window.
    const words = [...asks.querySelectorAll("h2, p")].map((part) => part.textContent.trim());
    return Promise.resolve(window.confirm(words.join("\n\n")));
  }
  return new Promise((answer) => {
    // Of an earlier question the event may come when this one is open already.
    const closed = () => {
      if (!asks.open) {
        asks.removeEventListener("close", closed);
        answer(asks.returnValue === "keep");
      }
    };
    asks.addEventListener("close", closed);
    asks.returnValue = "";
    asks.showModal();
  });
}

/* Change what is kept. Returns false when the browser keeps nothing for us. */
export function change(edit) {
  const kept = read();
  edit(kept);
  try {
    if (isAnything(kept)) {
      window.localStorage.setItem(ENTRY, JSON.stringify(kept));
    } else {
      window.localStorage.removeItem(ENTRY);
    }
    return true;
  } catch {
    return false;
  }
}

/* A private page is gone a day after its date, and so is the link to it. */
export async function forgetOldSeats(now = Date.now()) {
  const isOld = (seat) => seat.until && Date.parse(seat.until) + 24 * 3600 * 1000 < now;
  if (read().seats.some(isOld)) {
    change((kept) => {
      kept.seats = kept.seats.filter((seat) => !isOld(seat));
    });
    await eraseIfEmpty();
  }
}

/* With the last thing go the pages too, and the worker, which would keep the next search. */
export async function eraseIfEmpty() {
  if (!isAnything()) {
    await erase();
  }
}

export async function erase() {
  try {
    window.localStorage.removeItem(ENTRY);
  } catch {
    // Storage is switched off: then nothing was kept either.
  }
  if ("caches" in window) {
    await window.caches.delete(PAGES);
  }
  // The one that shows notifications stays, if somebody asked for those.
  const registration = await navigator.serviceWorker?.getRegistration("/");
  if (registration && !(await registration.pushManager?.getSubscription())) {
    await registration.unregister();
  }
}

/* Make the pages ready that are needed without a network. Once for each visit is enough. */
export async function keepPages(addresses = []) {
  if (!isAnything() || !("caches" in window) || !("serviceWorker" in navigator)) {
    return;
  }
  const pages = await window.caches.open(PAGES);
  await navigator.serviceWorker.register("/notify.js", { scope: "/" });
  const help = document.querySelector("[data-help-more]");
  const more = help ? [help.pathname + help.search] : [];
  const files = new Set(
    performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => name.startsWith(`${window.location.origin}/static/`)),
  );
  for (const address of ["/mine/", "/offline/", "/help/lines.json", ...more, ...addresses]) {
    await keepPage(pages, address, files);
  }
  await Promise.allSettled([...files].map(async (file) => (await pages.match(file)) ?? pages.add(file)));
  // It may have been erased while the pages were on their way.
  await eraseIfEmpty();
}

async function keepPage(pages, address, files) {
  const answer = await fetch(address).catch(() => null);
  if ([404, 410].includes(answer?.status)) {
    await pages.delete(address);
  }
  if (!answer?.ok || answer.redirected || /no-store/.test(answer.headers.get("Cache-Control") ?? "")) {
    return;
  }
  await pages.put(address, answer.clone());
  if (answer.headers.get("Content-Type")?.startsWith("text/html")) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of page.querySelectorAll("script[src], link[rel=modulepreload], link[rel=stylesheet], link[rel=icon]")) {
      files.add(new URL(part.getAttribute("src") ?? part.getAttribute("href"), window.location.origin).href);
    }
  }
}

export async function dropPage(address) {
  if ("caches" in window && (await window.caches.has(PAGES))) {
    await (await window.caches.open(PAGES)).delete(address);
  }
}

export async function keptPages() {
  if (!("caches" in window) || !(await window.caches.has(PAGES))) {
    return [];
  }
  return (await (await window.caches.open(PAGES)).keys()).map((request) => new URL(request.url));
}
