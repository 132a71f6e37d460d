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

function isAnythingKept() {
  try {
    return window.localStorage.getItem("kept") !== null;
  } catch {
    return false;
  }
}
