/* On the blank page of /exit/: note for this tab alone that its visitor left, so that Back
   does not show earlier pages, and go on to the neutral place. */
const place = document.documentElement.dataset.exitUrl || "about:blank";

try {
  window.sessionStorage.setItem("left", "1");
} catch {
  // Storage is switched off. Leaving goes on.
}

// What the browser is told to clear is cleared here as well, should it not know how.
try {
  window.localStorage.clear();
  window.caches?.delete("kept").catch(() => {});
} catch {
  // Storage is switched off.
}
navigator.serviceWorker
  ?.getRegistrations()
  .then((all) => all.forEach((registration) => registration.unregister()))
  .catch(() => {});

// Our own blank page has settled (and the browser has cleared what it kept) before its address
// goes from the bar too; a place chosen by the operator need not wait.
window.addEventListener("load", () => {
  setTimeout(() => window.location.replace(place), place === "about:blank" ? 600 : 0);
});
