/* On the blank page of /exit/: note for this tab alone that its visitor left, so that Back
   does not show earlier pages, and go on to the neutral place. */
const place = document.documentElement.dataset.exitUrl || "about:blank";

try {
  window.sessionStorage.setItem("left", "1");
} catch {
  // Storage is switched off. Leaving goes on.
}

window.location.replace(place);
