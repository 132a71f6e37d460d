/* "Keep on this device" on a meeting, a card or a private page. Asks once before the first thing. */
import { change, dropPage, eraseIfEmpty, forgetOldSeats, keepPages, mayKeep, read } from "./kept.js";

const words = (node) => node?.textContent.trim().replace(/\s+/g, " ") ?? "";

function isKept(button) {
  const kept = read();
  return "keep" in button.dataset
    ? button.dataset.keep in kept.meetings
    : kept.seats.some((seat) => seat.url === window.location.pathname);
}

function show(button) {
  const place = button.querySelector("[data-keep-words]");
  place.dataset.keepOff ??= place.textContent;
  const isOn = isKept(button);
  place.textContent = isOn ? place.dataset.keepOn : place.dataset.keepOff;
  button.setAttribute("aria-pressed", String(isOn));
  button.removeAttribute("aria-disabled");
}

export function showAll() {
  document.querySelectorAll("[data-keep], [data-keep-seat]").forEach(show);
}

/* A date by its own wall clock and by its day alone: "tomorrow" is wrong the day after it was kept. */
function dateOf(time) {
  const iso = time.getAttribute("datetime");
  const wall = new Date(`${iso.slice(0, 19)}Z`);
  const format = new Intl.DateTimeFormat(document.documentElement.lang || undefined, {
    weekday: "long", day: "numeric", month: "long", hour: "numeric", minute: "2-digit", timeZone: "UTC",
  });
  return { iso, words: format.format(wall) };
}

/* What the page says of the meeting; its own page says more than its card. */
function meetingOf(button) {
  const whole = button.closest("article.meeting-page");
  if (whole) {
    return {
      name: words(whole.querySelector("h1")),
      url: window.location.pathname,
      when: words(whole.querySelector(".lead")),
      place: words(whole.querySelector("address")),
      dates: [...whole.querySelectorAll(".dates li:not(.is-cancelled) time")].map(dateOf),
    };
  }
  const card = button.closest("article");
  const link = card.querySelector(".meeting-name a");
  const time = card.querySelector(".meeting-when time");
  return {
    name: words(link),
    url: link.pathname,
    when: [...card.querySelectorAll(".meeting-when > .strong, .meeting-when > time")].map(words).join(", "),
    place: words(card.querySelector(".meeting-place")),
    dates: time ? [dateOf(time)] : [],
  };
}

function say(how) {
  const status = document.querySelector("[data-keep-status]");
  if (status) {
    status.querySelector("[data-words]").textContent = status.dataset[how];
    status.querySelector("a").hidden = how === "failed";
  }
}

async function press(button) {
  const wasKept = isKept(button);
  if (!wasKept && !(await mayKeep())) {
    return;
  }
  const done = change((kept) => {
    if ("keep" in button.dataset) {
      if (wasKept) {
        delete kept.meetings[button.dataset.keep];
      } else {
        kept.meetings[button.dataset.keep] = meetingOf(button);
      }
    } else {
      const url = window.location.pathname;
      kept.seats = kept.seats.filter((seat) => seat.url !== url);
      if (!wasKept) {
        kept.seats.push({ url, words: button.dataset.keepSeat, until: button.dataset.until });
      }
    }
  });
  showAll();
  say(!done ? "failed" : wasKept ? "off" : "on");
  if (!done) {
    return;
  }
  const page = "keep" in button.dataset ? meetingOf(button).url : "";
  if (wasKept) {
    await dropPage(page);
    await eraseIfEmpty();
  } else {
    // A private page itself is never kept: only the link to it.
    await keepPages(page ? [page] : []).catch(() => {});
  }
  document.documentElement.dataset.keepDone = String(Number(document.documentElement.dataset.keepDone ?? 0) + 1);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-keep], [data-keep-seat]");
  if (button) {
    press(button);
  }
});

document.addEventListener("htmx:afterSettle", showAll);
forgetOldSeats();
showAll();
