/* The finder's map and the list beside it, which show the same meetings. Its ground is that of
   map_ground.js; no other site is asked for anything. */

import { CLOSEST, Ground, makeMap, onceAround, read } from "./map_ground.js";

const { L, htmx } = window;

const NOT_KEPT = ["page", "left", "here", "date"];
const PLACE = ["near", "lat", "lon", "within"];
const FARTHEST_KM = 1000;
const KM_PER_MILE = 1.609344;

let current = null;
// What was looked at last, and what was searched around then: a changed filter moves nothing.
let lastView = null;
let stays = false;

function around({ dataset }) {
  return [dataset.latitude, dataset.longitude, dataset.km].join("|");
}

function boxOf(map) {
  const bounds = map.getBounds();
  const [west, east] = onceAround(bounds.getWest(), bounds.getEast());
  return [west, bounds.getSouth(), east, bounds.getNorth()].map((degrees) => degrees.toFixed(6)).join(",");
}

class FinderMap {
  constructor(part) {
    this.part = part;
    this.list = document.querySelector("[data-map-list]");
    this.query = new URLSearchParams(window.location.search);
    this.pins = new Map();
    this.pinOfSlug = new Map();
    this.asking = null;
    this.hasMoved = false;
    this.map = makeMap(part.querySelector("[data-map-ground]"), part.dataset);
    this.ground = new Ground(this.map, part.dataset);
    this.open();
    this.watch();
  }

  /* Show what is searched around, else what was shown before, else everything that is found. */
  open() {
    const { latitude, longitude, km } = this.part.dataset;
    if (lastView && (stays || lastView.around === around(this.part))) {
      this.map.setView(lastView.center, lastView.zoom, { animate: false });
    } else if (km) {
      const center = L.latLng(Number(latitude), Number(longitude));
      this.map.fitBounds(center.toBounds(Number(km) * 2000), { animate: false });
    } else {
      this.map.setView([25, 0], 2, { animate: false });
      this.fitsAll = true;
    }
    stays = false;
    if (km) {
      L.circle([Number(latitude), Number(longitude)], {
        radius: Number(km) * 1000,
        interactive: false,
        className: "map-reach",
      }).addTo(this.map);
    }
    this.load();
  }

  watch() {
    const ground = this.map.getContainer();
    // The wheel moves the page until somebody takes hold of the map.
    ground.addEventListener("focusin", () => this.map.scrollWheelZoom.enable());
    ground.addEventListener("focusout", () => this.map.scrollWheelZoom.disable());
    ground.addEventListener("keydown", (press) => this.press(press));
    this.map.on("moveend", () => {
      this.hasMoved = true;
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.load(), 150);
    });
    for (const [type, marks] of [["pointerover", true], ["pointerout", false], ["focusin", true], ["focusout", false]]) {
      this.list.addEventListener(type, (event) => {
        const card = event.target.closest?.("[data-meeting]");
        if (card && !(event.relatedTarget && card.contains(event.relatedTarget))) {
          this.mark(this.pinOfSlug.get(card.dataset.meeting), marks);
        }
      });
    }
  }

  press(press) {
    const pin = [...this.pins.values()].find(({ marker }) => marker.getElement() === press.target);
    if (press.key === "Escape") {
      const from = this.opened;
      this.map.closePopup();
      (from?.marker.getElement() ?? this.map.getContainer()).focus();
    } else if (pin && (press.key === "Enter" || press.key === " ")) {
      press.preventDefault();
      press.stopPropagation();
      this.choose(pin, true);
    }
  }

  async load() {
    this.asking?.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    const query = new URLSearchParams(this.query);
    for (const name of NOT_KEPT) {
      query.delete(name);
    }
    query.set("box", boxOf(this.map));
    query.set("zoom", this.map.getZoom());
    lastView = { center: this.map.getCenter(), zoom: this.map.getZoom(), around: around(this.part) };
    this.ground.load(() => this.spots());
    const summary = this.part.querySelector("[data-map-summary]");
    try {
      const found = await read(`${this.part.dataset.map}?${query}`, signal);
      if (this.fitsAll) {
        this.fitsAll = false;
        if (found.bounds) {
          const [south, west, north, east] = found.bounds;
          this.map.fitBounds([[south, west], [north, east]], { padding: [30, 30], maxZoom: 13, animate: false });
          this.hasMoved = false;
          return;
        }
      }
      this.show(found);
      summary.textContent = found.summary;
    } catch (error) {
      if (error.name !== "AbortError") {
        summary.textContent = this.part.dataset.failed;
      }
    }
  }

  show(found) {
    const had = this.map.getContainer().contains(document.activeElement) && document.activeElement;
    const seen = new Set();
    for (const data of found.pins) {
      const key = `${this.map.getZoom()}:${data.key}:${data.count}`;
      seen.add(key);
      const known = this.pins.get(key);
      if (known) {
        known.marker.setLatLng([data.lat, data.lon]);
      } else {
        this.pins.set(key, this.pin(data));
      }
    }
    for (const [key, pin] of this.pins) {
      if (!seen.has(key)) {
        pin.marker.remove();
        this.pins.delete(key);
      }
    }
    // Whoever stood on a pin that is gone stands on the map.
    if (had && !had.isConnected) {
      this.map.getContainer().focus({ preventScroll: true });
    }
    const byKey = new Map([...this.pins.values()].map((pin) => [pin.data.key, pin]));
    this.pinOfSlug = new Map(found.listed.map(({ slug, pin }) => [slug, byKey.get(pin)]));
    this.list.innerHTML = found.cards;
    const elsewhere = this.part.querySelector("[data-map-elsewhere]");
    elsewhere.textContent = found.elsewhere;
    elsewhere.hidden = !found.elsewhere;
    // Pages of the list are not pages of the view.
    for (const pages of document.querySelectorAll(".finder-results .pagination")) {
      pages.hidden = true;
    }
    this.ground.hideCovered(this.spots());
    this.offerSearch();
    this.part.dataset.shown = String(found.total);
  }

  spots() {
    return [...this.pins.values()].map(({ marker }) => this.map.latLngToContainerPoint(marker.getLatLng()));
  }

  pin(data) {
    const kind = data.bounds ? "many" : data.rough ? "rough" : "place";
    const size = data.bounds ? (data.count > 99 ? 52 : 44) : 36;
    const mark = document.createElement("span");
    mark.className = "map-pin-mark";
    const count = document.createElement("span");
    count.className = "map-pin-count";
    count.textContent = data.count > 1 ? data.shown : "";
    const inside = document.createElement("span");
    inside.append(mark, count);
    const marker = L.marker([data.lat, data.lon], {
      icon: L.divIcon({
        className: `map-pin map-pin-${kind}`,
        html: inside,
        iconSize: [size, size],
        iconAnchor: kind === "place" ? [size / 2, size] : [size / 2, size / 2],
        popupAnchor: kind === "place" ? [0, -size + 4] : [0, -size / 2],
      }),
      riseOnHover: true,
      title: data.label,
    }).addTo(this.map);
    const element = marker.getElement();
    element.setAttribute("aria-label", data.label);
    const pin = { data, marker };
    marker.on("click", () => this.choose(pin, false));
    for (const [type, marks] of [["pointerover", true], ["pointerout", false], ["focus", true], ["blur", false]]) {
      element.addEventListener(type, () => this.mark(pin, marks));
    }
    return pin;
  }

  /* A pin and its cards are marked together. */
  mark(pin, marks) {
    if (!pin) {
      return;
    }
    pin.marker.getElement()?.classList.toggle("is-marked", marks);
    pin.marker.setZIndexOffset(marks ? 1000 : 0);
    for (const card of this.list.querySelectorAll("[data-meeting]")) {
      if (this.pinOfSlug.get(card.dataset.meeting) === pin) {
        card.classList.toggle("is-marked", marks);
      }
    }
  }

  choose(pin, byKeyboard) {
    const { bounds, lat, lon } = pin.data;
    if (bounds && this.map.getZoom() < CLOSEST) {
      const edges = L.latLngBounds([bounds[0], bounds[1]], [bounds[2], bounds[3]]);
      const zoom = Math.max(this.map.getZoom() + 1, Math.min(CLOSEST, this.map.getBoundsZoom(edges.pad(0.1))));
      this.map.setView(edges.getCenter(), zoom);
      if (byKeyboard) {
        this.map.getContainer().focus({ preventScroll: true });
      }
      return;
    }
    this.tell(pin, [lat, lon], byKeyboard);
  }

  async tell(pin, [lat, lon], byKeyboard) {
    const query = new URLSearchParams(this.query);
    // Two metres: a pin stands within one of its place.
    const beside = 0.00002;
    query.set("box", [lon - beside, lat - beside, lon + beside, lat + beside].map((n) => n.toFixed(7)).join(","));
    query.set("zoom", CLOSEST);
    const found = await read(`${this.part.dataset.map}?${query}`).catch(() => null);
    if (!found) {
      this.part.querySelector("[data-map-summary]").textContent = this.part.dataset.failed;
      return;
    }
    const box = document.createElement("div");
    box.className = "map-told";
    const title = document.createElement("p");
    title.className = "strong";
    title.textContent = pin.data.label;
    const rows = document.createElement("ul");
    for (const meeting of found.listed) {
      const row = document.createElement("li");
      const link = document.createElement("a");
      link.href = meeting.url;
      link.textContent = meeting.name;
      const when = document.createElement("span");
      when.textContent = meeting.when;
      row.append(link, " ", when);
      rows.append(row);
    }
    box.append(title, rows);
    if (found.total > found.listed.length) {
      const rest = document.createElement("p");
      rest.append(found.summary, " ", this.linkToAll(lat, lon));
      box.append(rest);
    }
    this.opened = pin;
    // As wide as there is room, and below the buttons in the corner, which would lie on it.
    const width = Math.min(270, this.map.getSize().x - 70);
    const popup = L.popup({
      minWidth: width,
      maxWidth: width,
      maxHeight: 220,
      offset: pin.marker.options.icon.options.popupAnchor,
      autoPanPaddingTopLeft: [8, 100],
      autoPanPaddingBottomRight: [8, 8],
    })
      .setLatLng(pin.marker.getLatLng())
      .setContent(box)
      .openOn(this.map);
    popup.getElement().querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", this.part.dataset.close);
    if (byKeyboard) {
      rows.querySelector("a")?.focus({ preventScroll: true });
    }
  }

  /* A link to the list of everything at one place, which has pages. */
  linkToAll(lat, lon) {
    const query = new URLSearchParams(this.query);
    for (const name of [...NOT_KEPT, ...PLACE, "view"]) {
      query.delete(name);
    }
    query.set("lat", lat.toFixed(2));
    query.set("lon", L.latLng(lat, lon).wrap().lng.toFixed(2));
    // Two decimals are up to 800 metres away.
    query.set("within", "1");
    const link = document.createElement("a");
    link.href = `${window.location.pathname}?${query}`;
    link.textContent = this.part.querySelector("[data-map-search]").textContent.trim();
    return link;
  }

  /* The address of a search of what is in sight: its middle, and as far as its corners. */
  offerSearch() {
    const offered = this.part.querySelector("[data-map-search-part]");
    const link = offered.querySelector("[data-map-search]");
    offered.hidden = !this.hasMoved;
    const query = new URLSearchParams(this.query);
    for (const name of [...NOT_KEPT, ...PLACE]) {
      query.delete(name);
    }
    const center = this.map.getCenter().wrap();
    const km = this.map.getCenter().distanceTo(this.map.getBounds().getNorthEast()) / 1000;
    if (km < FARTHEST_KM) {
      const far = this.part.dataset.unit === "mi" ? km / KM_PER_MILE : km;
      query.set("lat", center.lat.toFixed(2));
      query.set("lon", center.lng.toFixed(2));
      query.set("within", far < 10 ? Math.max(0.5, Math.ceil(far * 10) / 10) : Math.ceil(far));
    }
    link.href = `${window.location.pathname}?${query}`;
    link.setAttribute("hx-get", link.href);
    htmx?.process(link);
    link.onclick = () => {
      stays = true;
      lastView = { center: this.map.getCenter(), zoom: this.map.getZoom(), around: "" };
    };
  }
}

function start() {
  const part = document.querySelector("[data-map]");
  if (current && current.part !== part) {
    current.asking?.abort();
    clearTimeout(current.waiting);
    current.map.remove();
    current = null;
  }
  if (part && !current) {
    current = new FinderMap(part);
  }
}

document.addEventListener("htmx:afterSettle", start);
document.addEventListener("htmx:historyRestore", start);
start();
