/* Moves the pin of a place by metres. The two numbers are the pin: without script they are typed. */

const METRES_PER_DEGREE = 111_195;

const pin = document.querySelector("[data-pin]");
const latitude = pin?.querySelector("[name=venue_latitude]");
const longitude = pin?.querySelector("[name=venue_longitude]");

function nudge(direction, metres) {
  const north = Number.parseFloat(latitude.value);
  const east = Number.parseFloat(longitude.value);
  if (Number.isNaN(north) || Number.isNaN(east)) {
    return;
  }
  const sign = direction === "north" || direction === "east" ? 1 : -1;
  const degrees = (sign * metres) / METRES_PER_DEGREE;
  if (direction === "north" || direction === "south") {
    latitude.value = Math.min(90, Math.max(-90, north + degrees)).toFixed(6);
  } else {
    const moved = east + degrees / Math.max(0.01, Math.cos((north * Math.PI) / 180));
    longitude.value = (((moved + 540) % 360) - 180).toFixed(6);
  }
  const status = pin.querySelector("[data-pin-status]");
  status.textContent = `${status.dataset.words} ${latitude.value}, ${longitude.value}`;
}

if (latitude && longitude) {
  pin.querySelector("[data-pin-nudge]").hidden = false;
  for (const button of pin.querySelectorAll("[data-nudge]")) {
    button.addEventListener("click", () => nudge(button.dataset.nudge, Number(button.dataset.metres)));
  }
}
