/* "You like: …" on the cards that fit what somebody keeps on this device. The order stays. */
import { read } from "./kept.js";

export function showLikes() {
  const { likes } = read();
  const liked = Object.entries(likes).flatMap(([kind, values]) =>
    values.map(({ value, name }) => [`${kind}:${value}`, name]),
  );
  for (const line of document.querySelectorAll("[data-fits]")) {
    const fits = new Set(line.dataset.fits.split(" "));
    const names = liked.filter(([value]) => fits.has(value)).map(([, name]) => name);
    line.querySelector("span").textContent = names.join(", ");
    line.hidden = names.length === 0;
  }
}

document.addEventListener("htmx:afterSettle", showLikes);
showLikes();
