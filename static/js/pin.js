/* Moves the pin of a place by metres. The two numbers are the pin: without script they are typed. */

const METRES_PER_DEGREE = 111_195;

const pin = document.querySelector("[data-pin]");
const latitude = pin?.querySelector("[name=venue_latitude]");
const longitude = pin?.querySelector("[name=venue_longitude]");

/* Where the pin is by the two numbers, as [latitude, longitude]; null while they name no place. */
export function position() {
  const north = latitude?.value.trim() ? Number(latitude.value) : Number.NaN;
  const east = longitude?.value.trim() ? Number(longitude.value) : Number.NaN;
  return Math.abs(north) <= 90 && Math.abs(east) <= 180 ? [north, east] : null;
}

/* Put the pin there, in degrees, and say so. */
export function place(north, east) {
  latitude.value = Math.min(90, Math.max(-90, north)).toFixed(6);
  longitude.value = ((((east % 360) + 540) % 360) - 180).toFixed(6);
  const status = pin.querySelector("[data-pin-status]");
  // Kept together, whichever way the words around them run.
  status.textContent = `${status.dataset.words} \u2066${latitude.value}, ${longitude.value}\u2069`;
  latitude.dispatchEvent(new Event("input", { bubbles: true }));
}

function nudge(direction, metres) {
  const from = position();
  if (!from) {
    return;
  }
  const [north, east] = from;
  const sign = direction === "north" || direction === "east" ? 1 : -1;
  const degrees = (sign * metres) / METRES_PER_DEGREE;
  if (direction === "north" || direction === "south") {
    place(north + degrees, east);
  } else {
    place(north, east + degrees / Math.max(0.01, Math.cos((north * Math.PI) / 180)));
  }
}

if (latitude && longitude) {
  pin.querySelector("[data-pin-nudge]").hidden = false;
  for (const button of pin.querySelectorAll("[data-nudge]")) {
    button.addEventListener("click", () => nudge(button.dataset.nudge, Number(button.dataset.metres)));
  }
}
