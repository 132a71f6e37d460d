/* Fill in the visitor's own time zone where a form asks for it, so that "tonight" is theirs.
   It is sent only when they send the form. */

export function sayZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone) {
    return;
  }
  for (const field of document.querySelectorAll("input[data-visitor-zone]")) {
    if (!field.value) {
      field.value = zone;
      field.disabled = false;
    }
  }
}
