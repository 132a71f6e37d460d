/* My things: shows what this device keeps, asks for the dates of the week, saves, reads back, takes off, erases. */
import { change, dropPage, erase, eraseIfEmpty, forgetOldSeats, isAnything, keepPages, mayKeep, read } from "./kept.js";
import { addTo, fileHolds } from "./kept_file.js";

const page = document.querySelector("[data-mine]");
const part = (name) => page.querySelector(`[data-mine-${name}]`);
// The server answers for so many at once.
const MOST_AT_ONCE = 50;
const WEEK = 7 * 24 * 3600 * 1000;

function fresh(name) {
  return page.querySelector(`template[data-mine-${name}]`).content.firstElementChild.cloneNode(true);
}

function fill(name, nodes) {
  part(name).querySelector("[data-list]").replaceChildren(...nodes);
  part(name).hidden = nodes.length === 0;
}

function dateNode({ meeting, date }) {
  const node = fresh("date");
  const time = node.querySelector("time");
  time.dateTime = date.iso;
  time.textContent = date.words;
  node.querySelector("[data-zone]").textContent = date.zone ?? "";
  node.querySelector("[data-cancelled]").hidden = !date.is_cancelled;
  const link = node.querySelector("a");
  link.href = meeting.url;
  link.textContent = meeting.name;
  return node;
}

function meetingNode([slug, meeting]) {
  const node = fresh("meeting");
  const link = node.querySelector("a");
  link.href = meeting.url;
  link.textContent = meeting.name;
  node.querySelector("[data-when]").textContent = meeting.when;
  node.querySelector("[data-place]").textContent = meeting.place;
  node.querySelector("[data-gone]").hidden = !meeting.isGone;
  node.querySelector("[data-name]").textContent = `: ${meeting.name}`;
  node.querySelector("[data-take-off]").addEventListener("click", () => {
    change((kept) => delete kept.meetings[slug]);
    dropPage(meeting.url).then(eraseIfEmpty);
    show();
    page.querySelector("h1").focus();
  });
  return node;
}

function seatNode(seat) {
  const node = fresh("seat");
  const link = node.querySelector("a");
  link.href = seat.url;
  link.textContent = seat.words;
  node.querySelector("[data-name]").textContent = `: ${seat.words}`;
  node.querySelector("[data-take-off]").addEventListener("click", () => {
    change((kept) => {
      kept.seats = kept.seats.filter(({ url }) => url !== seat.url);
    });
    eraseIfEmpty();
    show();
    page.querySelector("h1").focus();
  });
  return node;
}

function show() {
  const kept = read();
  const now = Date.now();
  const dates = Object.values(kept.meetings)
    .flatMap((meeting) => meeting.dates.map((date) => ({ meeting, date, at: Date.parse(date.iso) })))
    .filter(({ at }) => at > now - 2 * 3600 * 1000 && at < now + WEEK)
    .sort((one, other) => one.at - other.at);
  fill("week", dates.map(dateNode));
  fill("meetings", Object.entries(kept.meetings).map(meetingNode));
  fill("seats", kept.seats.map(seatNode));
  part("nothing").hidden = isAnything(kept);
  for (const name of ["yours", "install"]) {
    part(name).hidden = !isAnything(kept);
  }
}

function renew(kept, told) {
  const meeting = kept.meetings[told.slug];
  if (meeting && told.is_listed) {
    const { name, url, when, place, dates } = told;
    if (told.now_slug !== told.slug) {
      // Two were the same meeting: it goes on under the name of the other.
      delete kept.meetings[told.slug];
      dropPage(meeting.url);
    }
    kept.meetings[told.now_slug] = { name, url, when, place, dates, isGone: told.is_paused };
  } else if (meeting) {
    Object.assign(meeting, { dates: [], isGone: true });
  }
}

async function askForDates() {
  const slugs = Object.keys(read().meetings);
  const status = part("status");
  if (!slugs.length) {
    return;
  }
  try {
    for (let first = 0; first < slugs.length; first += MOST_AT_ONCE) {
      const answer = await fetch(page.dataset.dates, {
        method: "POST",
        body: new URLSearchParams(slugs.slice(first, first + MOST_AT_ONCE).map((slug) => ["m", slug])),
      });
      const { meetings } = await answer.json();
      change((kept) => meetings.forEach((told) => renew(kept, told)));
    }
    show();
    status.textContent = status.dataset.asked;
    await keepPages(Object.values(read().meetings).map(({ url }) => url));
  } catch {
    status.textContent = status.dataset.offline;
  }
  page.dataset.asked = "yes";
}

function save() {
  const file = new Blob([JSON.stringify(read(), null, 2)], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = "kept.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

async function readBack(file) {
  const status = part("read");
  const found = await fileHolds(file);
  if (found && !(await mayKeep())) {
    return;
  }
  const how = !found ? "bad" : change((kept) => addTo(kept, found)) ? "done" : "failed";
  status.textContent = status.dataset[how];
  if (how !== "done") {
    return;
  }
  part("erased").textContent = "";
  forgetOldSeats();
  show();
  document.dispatchEvent(new Event("kept:read-back"));
  if (isAnything()) {
    await askForDates();
    await keepPages().catch(() => {});
  }
}

part("export").addEventListener("click", save);
part("choose").addEventListener("click", () => part("file").click());
part("file").addEventListener("change", async ({ target }) => {
  const [file] = target.files;
  if (file) {
    part("read").textContent = "";
    await readBack(file);
    // The same file may be chosen once more.
    target.value = "";
  }
});
part("erase").addEventListener("click", async () => {
  await erase();
  part("erased").textContent = part("erased").dataset.done;
  part("read").textContent = "";
  document.dispatchEvent(new Event("kept:erased"));
  show();
  // What tells that it is done stays in sight.
  part("yours").hidden = false;
});
document.addEventListener("kept:changed", show);

part("without").remove();
part("saved").hidden = false;
page.querySelector("h1").tabIndex = -1;
forgetOldSeats();
show();
askForDates();
