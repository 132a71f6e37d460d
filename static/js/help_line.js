/* Show the help lines of the country the device's own clock is set to.

   The zone never leaves the browser: the lines of all countries are read from our own site
   and looked up here. Without script, the site's own country is shown, and the link to the
   full page, where the country can be chosen. */

export async function showLinesOfZone() {
  const strip = document.querySelector("[data-help-strip]");
  if (!strip) {
    return;
  }
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const response = await fetch(strip.dataset.helpStrip).catch(() => null);
  if (!response?.ok) {
    return;
  }
  const { countries, zones } = await response.json();
  const country = zones[zone];
  if (!country || country === strip.dataset.country || !countries[country]) {
    return;
  }
  const help = document.querySelector("[data-help-page]");
  if (help && !help.dataset.helpPage) {
    window.location.replace(`?country=${country}`);
    return;
  }
  show(strip, country, countries[country]);
}

function show(strip, country, lines) {
  strip.dataset.country = country;
  // The strip of every page, and the numbers of a page that shows them large.
  for (const place of document.querySelectorAll("[data-help-strip], [data-help-lines]")) {
    for (const part of place.querySelectorAll("[data-emergency], [data-crisis]")) {
      renew(part, lines);
    }
    const instead = place.querySelector("[data-crisis-none]");
    if (instead) {
      instead.hidden = Boolean(lines.crisis);
    }
    for (const more of place.querySelectorAll("[data-help-more]")) {
      more.href = `${more.pathname}?country=${country}`;
    }
  }
}

/* A new one in the old one's place: what was there does not move, nor does anything beside it. */
function renew(part, lines) {
  const fresh = part.cloneNode(true);
  if ("emergency" in part.dataset) {
    number(fresh, lines.emergency, `tel:${lines.emergency_dialled}`);
  } else {
    fresh.hidden = !lines.crisis;
    if (lines.crisis) {
      fresh.querySelector("[data-crisis-name]").textContent = lines.crisis.name;
      number(fresh.querySelector("a"), lines.crisis.value, lines.crisis.href);
    }
  }
  part.replaceWith(fresh);
}

function number(link, printed, href) {
  (link.querySelector("[data-number]") ?? link).textContent = printed;
  link.href = href;
}
