/* The finder without reloads. htmx fetches and swaps; this keeps what was open open, says the
   new number of meetings aloud, keeps the address short, and suggests places while typing. */

const openOnes = new Set();
let focused = "";
let wasSent = false;

function tidy(form) {
  // Nothing is asked by an empty field, nor by a distance from nowhere.
  const isEmpty = (name) => !form.elements[name] || !form.elements[name].value.trim();
  for (const field of form.querySelectorAll("input[type=text], input[type=time]")) {
    field.disabled = !field.value.trim();
  }
  if (isEmpty("near") && isEmpty("lat")) {
    form.elements.within.disabled = true;
  }
}

function untidy(form) {
  for (const field of form.querySelectorAll("[disabled]")) {
    field.disabled = false;
  }
}

document.addEventListener("submit", (event) => {
  if (event.target.id === "finder-form" && !event.defaultPrevented) {
    tidy(event.target);
    setTimeout(untidy, 0, event.target);
  }
});

// The browser's own Back brings fields back as they were left, not as they were sent.
window.addEventListener("pageshow", () => {
  const form = document.getElementById("finder-form");
  if (form) {
    untidy(form);
  }
});

document.addEventListener("htmx:configRequest", (event) => {
  const { parameters } = event.detail;
  if (!event.target.closest?.("#finder-form")) {
    return;
  }
  for (const [name, value] of Object.entries(parameters)) {
    if (typeof value === "string" && !value.trim()) {
      delete parameters[name];
    }
  }
  if (!parameters.near && !parameters.lat) {
    delete parameters.within;
  }
});

document.addEventListener("htmx:beforeSwap", (event) => {
  wasSent = event.detail.requestConfig?.triggeringEvent?.type === "submit";
  focused = document.activeElement?.id ?? "";
  openOnes.clear();
  for (const details of document.querySelectorAll("#finder details[open][id]")) {
    openOnes.add(details.id);
  }
});

document.addEventListener("htmx:afterSettle", () => {
  const languages = document.querySelector("form.languages");
  if (languages) {
    // Another language shows this search, and not the one the page came with.
    languages.elements.next.value = window.location.pathname + window.location.search;
  }
  const total = document.querySelector("#finder [data-total]");
  const status = document.querySelector("[data-finder-status]");
  if (total && status) {
    status.textContent = total.textContent.trim();
  }
});

document.addEventListener("htmx:afterSwap", (event) => {
  const fold = document.querySelector("details.finder-fold");
  for (const id of openOnes) {
    const details = document.getElementById(id);
    if (details && !(details === fold && wasSent)) {
      details.open = true;
    }
  }
  const field = focused ? document.getElementById(focused) : null;
  // On a phone the search folds when it is sent, but not under somebody still choosing in it.
  if (fold && !wasSent && fold.contains(field) && field.parentElement !== fold) {
    fold.open = true;
  }
  // What had the focus may only now be in sight again.
  if (field && document.activeElement !== field) {
    field.focus({ preventScroll: true });
  }
  // It was sent and has folded, or a link of the pages or the order was pressed: go on at the results.
  const isFolded = fold && wasSent && !fold.open && fold.querySelector("summary").checkVisibility();
  if (isFolded || event.detail.requestConfig?.elt?.tagName === "A") {
    const title = document.getElementById("results-title");
    title?.focus({ preventScroll: true });
    title?.scrollIntoView();
  }
});

// Places, while somebody types. One question at a time, and not for every letter.
let waiting = 0;
let asking = null;

async function suggest(field) {
  const typed = field.value.trim();
  const list = field.list;
  if (!list || typed.length < 2 || [...list.options].some((option) => option.value === typed)) {
    return;
  }
  asking?.abort();
  asking = new AbortController();
  try {
    const answer = await fetch(`${field.dataset.suggest}?q=${encodeURIComponent(typed)}`, { signal: asking.signal });
    if (!answer.ok) {
      return;
    }
    const { places } = await answer.json();
    list.replaceChildren(
      ...places.map((place) => {
        const option = document.createElement("option");
        option.value = place;
        return option;
      }),
    );
  } catch {
    // Typed further, or offline: the field works without suggestions.
  }
}

document.addEventListener("input", (event) => {
  if (event.target.matches?.("input[data-suggest]")) {
    clearTimeout(waiting);
    waiting = setTimeout(suggest, 150, event.target);
  }
});
