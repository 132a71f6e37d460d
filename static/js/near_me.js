/* "Near me": asks the device when somebody presses the button, rounds to about a kilometre, and only
   then looks. Where the device does not tell, a kind word, and the field for a town has the focus. */

const DECIMALS = 2;
const WAITS = 15_000;
// What another place, another page or a sentence's rest would say.
const REPLACED = ["near", "lat", "lon", "page", "left", "here", "date"];

function offer(part) {
  if (part.dataset.isOffered) {
    return;
  }
  // In its place from the start, so that nothing moves: gone where it could do nothing.
  part.hidden = !navigator.geolocation;
  part.dataset.isOffered = "yes";
  const button = part.querySelector("button");
  const status = part.querySelector("[role=status]");
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") === "true") {
      return;
    }
    button.setAttribute("aria-disabled", "true");
    status.textContent = status.dataset.waiting;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const isFinder = window.location.pathname === part.dataset.nearMe;
        const query = new URLSearchParams(isFinder ? window.location.search : "");
        for (const name of REPLACED) {
          query.delete(name);
        }
        query.set("lat", coords.latitude.toFixed(DECIMALS));
        query.set("lon", coords.longitude.toFixed(DECIMALS));
        window.location.assign(`${part.dataset.nearMe}?${query}`);
      },
      () => {
        button.removeAttribute("aria-disabled");
        status.textContent = status.dataset.refused;
        document.getElementById(part.dataset.nearMeField)?.focus();
      },
      // Near enough is near enough: no satellites, and a place known a moment ago will do.
      { enableHighAccuracy: false, timeout: WAITS, maximumAge: 300_000 },
    );
  });
}

function offerAll() {
  document.querySelectorAll("[data-near-me]").forEach(offer);
}

offerAll();
// The finder puts a new form in place of the old one. Back finds the button as it was left.
document.addEventListener("htmx:afterSettle", offerAll);
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[data-near-me] button[aria-disabled]")) {
    button.removeAttribute("aria-disabled");
    button.parentElement.querySelector("[role=status]").textContent = "";
  }
});
