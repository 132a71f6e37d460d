/* What maps of ours are drawn on: outlines and town names of our own, or tiles. No other site is
   asked for anything. */

const { L } = window;

export const CLOSEST = 17;

const isCalm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/* A map without pins. `words` are the data of its part of the page: names of the buttons, whom
   the ground is from. */
export function makeMap(element, words, options = {}) {
  const map = L.map(element, {
    attributionControl: false,
    zoomControl: false,
    scrollWheelZoom: false,
    minZoom: 1,
    maxZoom: CLOSEST,
    zoomAnimation: !isCalm(),
    fadeAnimation: !isCalm(),
    markerZoomAnimation: !isCalm(),
    inertia: !isCalm(),
    ...options,
  });
  L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  if (words.credit) {
    // As text: what the operator writes is no markup.
    const credit = document.createElement("span");
    credit.textContent = words.credit;
    L.control.attribution({ prefix: false }).addAttribution(credit.innerHTML).addTo(map);
  }
  return map;
}

export async function read(address, signal) {
  const answer = await fetch(address, { signal });
  if (!answer.ok) {
    throw new Error(String(answer.status));
  }
  return answer.json();
}

/* Of a view wider than the world its middle turn. */
export function onceAround(west, east) {
  const middle = (west + east) / 2;
  return east - west > 360 ? [middle - 180, middle + 180] : [west, east];
}

/* A wider box whose edges move in steps, so that a small move asks for nothing new. */
function groundOf(map) {
  const step = 360 / 2 ** map.getZoom();
  const bounds = map.getBounds().pad(0.15);
  const down = (degrees) => Math.floor(degrees / step) * step;
  const up = (degrees) => Math.ceil(degrees / step) * step;
  const [west, east] = onceAround(down(bounds.getWest()), up(bounds.getEast()));
  return [west, Math.max(-85, down(bounds.getSouth())), east, Math.min(85, up(bounds.getNorth()))];
}

/* The ground of one map. `where` are the addresses it is read from: tiles, or outlines and towns. */
export class Ground {
  constructor(map, where) {
    this.map = map;
    this.where = where;
    this.asked = "";
    if (where.tiles) {
      L.tileLayer(where.tiles, { maxZoom: CLOSEST }).addTo(map);
      return;
    }
    map.getContainer().classList.add("map-drawn");
    const pane = map.createPane("ground");
    pane.classList.add("map-ground-pane");
    map.createPane("towns").classList.add("map-towns-pane");
    map.getPane("towns").setAttribute("aria-hidden", "true");
    const common = { renderer: L.svg({ pane: "ground", padding: 0.5 }), pane: "ground", interactive: false };
    this.land = L.polygon([], { ...common, className: "map-land" }).addTo(map);
    this.states = L.polygon([], { ...common, className: "map-states" }).addTo(map);
    this.towns = L.layerGroup().addTo(map);
  }

  /* Read what is in sight now, unless it is there. Pins at `spots` (points of the view) hide the names below them. */
  async load(spots) {
    const asked = `box=${groundOf(this.map).join(",")}&zoom=${this.map.getZoom()}`;
    if (!this.land || asked === this.asked) {
      return;
    }
    this.asked = asked;
    const turned = (ring) => ring.map(([longitude, latitude]) => [latitude, longitude]);
    try {
      const [lines, { towns }] = await Promise.all([
        read(`${this.where.outlines}?${asked}`),
        read(`${this.where.towns}?${asked}`),
      ]);
      if (asked !== this.asked) {
        return;
      }
      this.land.setLatLngs(lines.land.map(turned));
      this.states.setLatLngs(lines.states.map(turned));
      this.towns.clearLayers();
      for (const [name, latitude, longitude] of towns) {
        const words = document.createElement("span");
        words.textContent = name;
        L.marker([latitude, longitude], {
          icon: L.divIcon({ className: "map-town", html: words, iconSize: [0, 0] }),
          pane: "towns",
          interactive: false,
          keyboard: false,
        }).addTo(this.towns);
      }
      this.hideCovered(spots());
    } catch {
      // Without a ground the pins are still right.
      this.asked = "";
    }
  }

  /* A name below a pin cannot be read. */
  hideCovered(spots) {
    this.towns?.eachLayer((town) => {
      const at = this.map.latLngToContainerPoint(town.getLatLng());
      const isCovered = spots.some(({ x, y }) => Math.abs(x - at.x) < 62 && Math.abs(y - at.y) < 36);
      town.getElement()?.classList.toggle("is-covered", isCovered);
    });
  }
}
