/* Small help on a page about one meeting: its time on the visitor's clock, copying its
   address, printing. Everything is there without it, or hidden until it works. */

function sayYourTime() {
  for (const place of document.querySelectorAll("[data-your-time]")) {
    const written = place.dataset.yourTime;
    const start = new Date(written);
    const theirs = /([+-])(\d{2}):(\d{2})$/.exec(written);
    if (Number.isNaN(start.getTime()) || !theirs) {
      continue;
    }
    const offset = (theirs[1] === "-" ? -1 : 1) * (Number(theirs[2]) * 60 + Number(theirs[3]));
    if (offset === -start.getTimezoneOffset()) {
      continue;
    }
    const words = new Intl.DateTimeFormat(document.documentElement.lang || undefined, {
      weekday: "long", day: "numeric", month: "long", hour: "numeric", minute: "2-digit", timeZoneName: "short",
    });
    place.querySelector("span").textContent = words.format(start);
    place.hidden = false;
  }
}

function offerCopy() {
  const button = document.querySelector("[data-copy]");
  const address = document.querySelector("[data-copy-from]");
  const status = document.querySelector("[data-copy-status]");
  if (!button || !address || !navigator.clipboard) {
    return;
  }
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(address.textContent.trim());
    status.textContent = button.dataset.done;
  });
}

function offerPrint() {
  const button = document.querySelector("[data-print]");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

sayYourTime();
offerCopy();
offerPrint();
