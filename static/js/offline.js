/* Without a network: names the pages this device has kept, its own search last of all. */
import { keptPages, read } from "./kept.js";

const list = document.querySelector("[data-kept-pages]");

function add(address, words) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = address;
  link.textContent = words;
  item.append(link);
  list.append(item);
}

if (list) {
  const names = Object.fromEntries(Object.values(read().meetings).map(({ url, name }) => [url, name]));
  for (const url of await keptPages()) {
    if (names[url.pathname]) {
      add(url.pathname, names[url.pathname]);
    } else if (url.pathname === "/meetings/") {
      add(url.pathname + url.search, list.dataset.results);
    }
  }
}
