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
  const emergency = strip.querySelector("[data-emergency]");
  if (emergency) {
    emergency.textContent = lines.emergency;
    emergency.href = `tel:${lines.emergency_dialled}`;
  }
  const crisis = strip.querySelector("[data-crisis]");
  if (crisis) {
    crisis.hidden = !lines.crisis;
    if (lines.crisis) {
      crisis.querySelector("[data-crisis-name]").textContent = lines.crisis.name;
      const link = crisis.querySelector("a");
      link.textContent = lines.crisis.value;
      link.href = lines.crisis.href;
    }
  }
  const more = strip.querySelector("[data-help-more]");
  more.href = `${more.pathname}?country=${country}`;
}
