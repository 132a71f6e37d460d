/* What was typed goes along when the pages change their language: it stays in this tab, and only
   until the next page has it. Codes, passwords and files are not taken along. */

const ENTRY = "typed";
const LEFT_OUT = ["hidden", "password", "file", "submit", "button", "image", "reset"];

const here = () => window.location.pathname + window.location.search;
const isTicked = (field) => field.type === "checkbox" || field.type === "radio";

/* Every field of the page under a name that it has in each language. */
function fields() {
  const found = new Map();
  [...document.querySelectorAll("main form")].forEach((form, number) => {
    for (const field of form.elements) {
      if (!field.name || LEFT_OUT.includes(field.type) || field.autocomplete === "one-time-code" || field.tagName === "FIELDSET") {
        continue;
      }
      const name = [number, field.name, isTicked(field) ? field.value : ""].join("|");
      let free = name;
      for (let more = 2; found.has(free); more += 1) {
        free = `${name}|${more}`;
      }
      found.set(free, field);
    }
  });
  return found;
}

function saysMore(field) {
  // A form that was refused comes back with what was typed as if it were its own.
  if (field.form.getAttribute("method")?.toLowerCase() === "post") {
    return true;
  }
  if (field.tagName === "SELECT") {
    return [...field.options].some((option) => option.selected !== option.defaultSelected);
  }
  return isTicked(field) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
}

function valueOf(field) {
  return isTicked(field) ? field.checked : field.multiple && field.options ? [...field.selectedOptions].map(({ value }) => value) : field.value;
}

function takeAlong() {
  const typed = [...fields()].filter(([, field]) => saysMore(field)).map(([name, field]) => [name, valueOf(field)]);
  try {
    window.sessionStorage.setItem(ENTRY, JSON.stringify({ page: here(), typed }));
  } catch {
    // Storage is switched off, or there is more than it takes.
  }
}

function put(field, value) {
  if (JSON.stringify(valueOf(field)) === JSON.stringify(value)) {
    return;
  }
  if (isTicked(field)) {
    field.checked = value;
  } else if (Array.isArray(value)) {
    for (const option of field.options) {
      option.selected = value.includes(option.value);
    }
  } else {
    field.value = value;
  }
  for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) {
    fold.open = true;
  }
}

function bringBack() {
  const kept = window.sessionStorage.getItem(ENTRY);
  window.sessionStorage.removeItem(ENTRY);
  const { page, typed } = JSON.parse(kept) ?? {};
  if (page !== here()) {
    return;
  }
  const known = fields();
  for (const [name, value] of typed) {
    if (known.has(name)) {
      put(known.get(name), value);
    }
  }
}

try {
  bringBack();
} catch {
  // Nothing can be read: the fields stay as the page has them.
}
document.querySelector("form.languages")?.addEventListener("submit", takeAlong);
