/* Keys of the curators' desk: j and k walk a list, Enter opens, a and r go to the two answers,
   u leads back. All of it can be done by links and buttons; keys can be turned off. */

const KEPT = "desk-keys";

function areOn() {
  try {
    return localStorage.getItem(KEPT) !== "off";
  } catch {
    return true;
  }
}

function keep(isOn) {
  try {
    localStorage.setItem(KEPT, isOn ? "on" : "off");
  } catch {
    /* Not kept: they are on again on the next page. */
  }
}

function isTyping(target) {
  return target.closest("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]") !== null;
}

function walk(step) {
  const links = [...document.querySelectorAll("[data-keys-item] a")].filter(
    (link) => link === link.closest("[data-keys-item]").querySelector("a"),
  );
  const here = links.findIndex((link) => link.closest("[data-keys-item]").contains(document.activeElement));
  const next = here === -1 ? (step > 0 ? 0 : links.length - 1) : here + step;
  links[Math.min(Math.max(next, 0), links.length - 1)]?.focus();
}

/* An answer is gone to, not given: the second press, Enter, gives it. */
function goTo(name) {
  const place = document.querySelector(`[data-key="${name}"]`);
  if (place?.tagName === "A") {
    place.click();
  } else {
    place?.closest("details")?.setAttribute("open", "");
    place?.focus();
  }
}

const ACTIONS = { j: () => walk(1), k: () => walk(-1), a: () => goTo("a"), r: () => goTo("r"), u: () => goTo("u") };

const shown = document.querySelector("[data-keys]");
if (shown) {
  const control = shown.querySelector("[data-keys-on]");
  shown.hidden = false;
  control.checked = areOn();
  control.addEventListener("change", () => keep(control.checked));
  document.addEventListener("keydown", (press) => {
    if (press.ctrlKey || press.metaKey || press.altKey || isTyping(press.target) || !control.checked) {
      return;
    }
    const action = ACTIONS[press.key];
    if (action) {
      press.preventDefault();
      action();
    }
  });
}
