/* Names for ears in Django's admin, where its own pages leave them out: fields in the rows of a
   table, the second half of a date and time, and boxes that look something up. */
const words = (node) => node?.textContent.trim().replace(/:$/, "") ?? "";

function nameOf(field) {
  const own = document.querySelector(`label[for="${CSS.escape(field.id.replace(/_[01]$/, ""))}"]`);
  const row = field.closest("td");
  const title = row && field.closest("table").querySelectorAll("thead th")[row.cellIndex];
  return words(own) || words(title) || words(field.closest("fieldset, .form-row")?.querySelector("legend, label"));
}

for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
  if (!field.labels?.length && !field.getAttribute("aria-label") && field.id) {
    const name = nameOf(field);
    if (name) {
      field.setAttribute("aria-label", name);
    }
  }
}

for (const head of document.querySelectorAll("th.original:empty")) {
  head.replaceWith(Object.assign(document.createElement("td"), { className: head.className }));
}

// Those boxes are made by a script of Django's, which runs when the page is ready.
function nameBoxes() {
  for (const box of document.querySelectorAll(".select2-selection[role=combobox]:not([aria-label])")) {
    const field = box.closest(".select2")?.previousElementSibling;
    const name = field?.labels?.[0] ? words(field.labels[0]) : field && (field.getAttribute("aria-label") || nameOf(field));
    if (name) {
      box.setAttribute("aria-label", name);
      box.querySelector("[role=textbox]")?.setAttribute("aria-label", name);
    }
  }
}

nameBoxes();
new MutationObserver(nameBoxes).observe(document.body, { childList: true, subtree: true });
