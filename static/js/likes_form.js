/* The form for what somebody likes. Kept here when they press for it, and sent nowhere. */
import { change, eraseIfEmpty, hasLikes, mayKeep, read } from "./kept.js";

const form = document.querySelector("[data-likes-form]");
const status = form.querySelector("[data-likes-status]");
const eraser = form.querySelector("[data-likes-erase]");

function count() {
  for (const part of form.querySelectorAll("details")) {
    const number = part.querySelectorAll(":checked").length;
    part.querySelector("[data-likes-count]").textContent = number ? `(${number})` : "";
  }
  eraser.hidden = !hasLikes();
}

function fill() {
  const { likes } = read();
  for (const box of form.querySelectorAll("[type=checkbox]")) {
    box.checked = Boolean(likes[box.name]?.some(({ value }) => value === box.value));
  }
  count();
}

function say(how) {
  eraseIfEmpty();
  status.textContent = status.dataset[how];
  document.dispatchEvent(new Event("kept:changed"));
}

form.addEventListener("change", count);
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (form.querySelector(":checked") && !(await mayKeep())) {
    return;
  }
  change((kept) => {
    kept.likes = {};
    for (const box of form.querySelectorAll(":checked")) {
      const name = box.closest("label").textContent.trim();
      (kept.likes[box.name] ??= []).push({ value: box.value, name });
    }
  });
  count();
  say(hasLikes() ? "kept" : "erased");
});
eraser.addEventListener("click", () => {
  change((kept) => {
    kept.likes = {};
  });
  fill();
  say("erased");
});
document.addEventListener("kept:erased", fill);
document.addEventListener("kept:read-back", fill);

fill();
form.closest("[data-mine-likes]").hidden = false;
