/* What every page gets. What few people use is fetched when it is there to be used. */
import { markOffline } from "./network.js";
import { showLinesOfZone } from "./help_line.js";
import { sayZone } from "./visitor_zone.js";

sayZone();
showLinesOfZone();
markOffline();
// After "Skip to the page" the browser gives that part the focus instead.
if (window.location.hash) {
  window.addEventListener("load", () => document.querySelector("main [autofocus]")?.focus());
}

if (document.querySelector("[data-keep], [data-keep-seat], .finder")) {
  import("./keep.js");
}
if (document.querySelector("[data-fits], .finder") && has("localStorage", "kept")) {
  import("./likes.js");
  import("./last_search.js");
}
if (has("sessionStorage", "typed") || document.querySelector(".field-error")) {
  import("./typed.js");
}
document.addEventListener("input", () => import("./typed.js"));

function has(storage, entry) {
  try {
    return window[storage].getItem(entry) !== null;
  } catch {
    return false;
  }
}
