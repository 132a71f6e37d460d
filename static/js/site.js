/* What every page gets once it is there. Each part finds its own data- hooks and stays
   away when there are none; what few people use is fetched when it is there to be used. */
import { markOffline } from "./network.js";
import { showLinesOfZone } from "./help_line.js";
import { sayZone } from "./visitor_zone.js";

sayZone();
showLinesOfZone();
markOffline();
// After "Skip to the page" the address names a part of it, and the browser gives that the focus instead.
if (window.location.hash) {
  window.addEventListener("load", () => document.querySelector("main [autofocus]")?.focus());
}

if (document.querySelector("[data-keep], [data-keep-seat], .finder")) {
  import("./keep.js");
}
if (document.querySelector("[data-fits], .finder") && isAnythingKept()) {
  import("./likes.js");
  import("./last_search.js");
}

// The same page in another language: with what was chosen since it came, and what was typed.
const languages = document.querySelector("form.languages");
languages?.addEventListener("submit", () => {
  languages.elements.next.value = window.location.pathname + window.location.search;
});
if (languages && document.querySelector("main form")) {
  const refused = document.querySelector("main form .field-error, main form [aria-invalid=true]");
  if (refused || isTypedKept()) {
    import("./typed.js");
  } else {
    document.addEventListener("input", () => import("./typed.js"), { once: true });
  }
}

function isTypedKept() {
  try {
    return window.sessionStorage.getItem("typed") !== null;
  } catch {
    return false;
  }
}

function isAnythingKept() {
  try {
    return window.localStorage.getItem("kept") !== null;
  } catch {
    return false;
  }
}
