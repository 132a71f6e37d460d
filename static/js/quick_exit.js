/* Leaving at once: the link, the button, or Shift pressed three times.

   The page goes blank in the same instant, before anything is asked of the network; then
   this entry of the history is replaced by /exit/. Should somebody press Back afterwards,
   earlier pages of ours blank themselves and leave again. The browser's own list of visited
   pages cannot be erased from here, and the privacy page says so. */

const PRESSES = 3;
const WITHIN_MS = 1500;
const LEFT = "left";

const root = document.documentElement;

/* What somebody kept on this device goes too, before anything is asked of the network. */
function forget() {
  try {
    window.localStorage.clear();
    // htmx notes here which search was open in this tab.
    window.sessionStorage.removeItem("htmx-current-path-for-history");
    window.sessionStorage.removeItem("typed");
  } catch {
    // Storage is switched off: then nothing was kept either.
  }
  if ("caches" in window) {
    window.caches.delete("kept").catch(() => {});
  }
}

function leave() {
  root.classList.add("is-left");
  forget();
  document.title = " ";
  const link = document.querySelector("a[data-quick-exit]");
  window.location.replace(link ? link.href : "/exit/");
}

function hasLeft() {
  try {
    return window.sessionStorage.getItem(LEFT) !== null;
  } catch {
    return false;
  }
}

function comeBackByChoice() {
  try {
    window.sessionStorage.removeItem(LEFT);
  } catch {
    // Storage is switched off: then nothing was kept either.
  }
}

function cameByHistory() {
  const [entry] = window.performance.getEntriesByType("navigation");
  return entry !== undefined && entry.type === "back_forward";
}

if (hasLeft()) {
  if (cameByHistory()) {
    leave();
  } else {
    comeBackByChoice();
  }
}

/* A page kept in memory comes back as it was, without running again. */
window.addEventListener("pageshow", (event) => {
  if (event.persisted && (hasLeft() || root.classList.contains("is-left"))) {
    leave();
  }
});

document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-quick-exit]")) {
    event.preventDefault();
    leave();
  }
});

let presses = [];

document.addEventListener("keydown", (event) => {
  if (event.repeat) {
    return;
  }
  if (event.key !== "Shift") {
    // Capital letters are typing, not leaving.
    presses = [];
    return;
  }
  presses = [...presses.filter((at) => event.timeStamp - at < WITHIN_MS), event.timeStamp];
  if (presses.length === PRESSES) {
    leave();
  }
});
