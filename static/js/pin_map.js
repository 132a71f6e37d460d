/* The pin of a place on a small map, to see where it is, and to move it by pointer. The numbers
   below it say the same, and are what the keyboard uses. */

import { Ground, makeMap } from "./map_ground.js";
import { place, position } from "./pin.js";

const { L } = window;

// A few streets, and the whole world when nobody knows where.
const NEAR = 14;
const WORLD = 1;

function draw(part) {
  part.hidden = false;
  const map = makeMap(part.querySelector("[data-map-ground]"), part.dataset, { keyboard: false });
  L.control.scale({ imperial: false, position: "topright" }).addTo(map);
  const ground = new Ground(map, part.dataset);
  const icon = L.divIcon({
    className: "map-pin map-pin-place",
    html: '<span><span class="map-pin-mark"></span></span>',
    iconSize: [36, 36],
    iconAnchor: [18, 36],
  });
  const marker = L.marker([0, 0], { icon, draggable: true, keyboard: false, autoPan: true });
  const spots = () => (map.hasLayer(marker) ? [map.latLngToContainerPoint(marker.getLatLng())] : []);

  function follow() {
    const at = position();
    if (at) {
      marker.setLatLng(at).addTo(map);
    } else {
      marker.remove();
    }
    ground.hideCovered(spots());
    return at;
  }

  const start = position();
  map.setView(start ?? [25, 0], start ? NEAR : WORLD, { animate: false });
  follow();
  if (start) {
    // Where it was when the page was opened.
    L.circleMarker(start, { radius: 7, interactive: false, className: "map-was" }).addTo(map);
  }
  const load = () => ground.load(spots).then(() => ground.hideCovered(spots()));
  load();
  map.on("moveend", load);
  map.on("click", ({ latlng }) => place(latlng.lat, latlng.lng));
  marker.on("dragend", () => place(marker.getLatLng().lat, marker.getLatLng().lng));
  document.querySelector("[data-pin]").addEventListener("input", () => {
    const at = follow();
    if (at && !map.getBounds().contains(at)) {
      map.setView(at, Math.max(map.getZoom(), NEAR), { animate: false });
    }
  });
  part.dataset.shown = "";
}

const part = document.querySelector("[data-pin-map]");
if (part && L) {
  draw(part);
}
