/* What must hold for the page as it stands, whoever looks at it and with what. Each check gives
   a list of sentences about what is wrong: nothing, when all is well. */
() => {
  const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [tabindex='0']";

  const isShown = (node) =>
    node.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !node.closest(".for-nobody, [inert]");
  const name = (node) => {
    const words = (node.innerText || node.getAttribute("aria-label") || node.name || "").trim().replace(/\s+/g, " ");
    const kind = typeof node.className === "string" && node.className ? `.${node.className.split(" ")[0]}` : "";
    return `<${node.localName}${kind}> “${words.slice(0, 50)}”`;
  };
  // Meant for ears alone, or out of sight until it is needed.
  const isForEars = (node) => {
    for (let one = node; one && one !== document.body; one = one.parentElement) {
      if (getComputedStyle(one).clipPath !== "none" || (one.offsetWidth === 1 && one.offsetHeight === 1)) {
        return true;
      }
    }
    return false;
  };
  const shown = (selector) => [...document.querySelectorAll(selector)].filter(isShown);

  const checks = {
    // WCAG 2.2, 1.4.10: one direction to scroll in at 320 pixels.
    sideways() {
      const root = document.documentElement;
      if (root.scrollWidth <= innerWidth) {
        return [];
      }
      const wide = shown("main *, header *, footer *, nav *").filter((node) => {
        const right = node.getBoundingClientRect().right;
        return right > innerWidth + 1 && !isForEars(node);
      });
      return [`${root.scrollWidth} wide: ${wide.slice(-3).map(name).join(" ")}`];
    },

    // WCAG 2.2, 1.4.4 and 1.4.12: no text is cut off by the box that holds it.
    cutOff() {
      return shown("body *")
        .filter((node) => {
          const style = getComputedStyle(node);
          const x = ["hidden", "clip"].includes(style.overflowX);
          const y = ["hidden", "clip"].includes(style.overflowY);
          if ((!x && !y) || node.closest("svg, .leaflet-container, textarea") || isForEars(node)) {
            return false;
          }
          if (!node.innerText?.trim()) {
            return false;
          }
          return (x && node.scrollWidth > node.clientWidth + 1) || (y && node.scrollHeight > node.clientHeight + 1);
        })
        .map(name);
    },

    // WCAG 2.2, 1.4.12: no line of text stands on another.
    overlaps() {
      const lines = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const holder = walker.currentNode.parentElement;
        // The bar stays while the page moves below it; a map's names lie on the map.
        const isText = walker.currentNode.data.trim() && !holder.closest("script, style, svg, .leaflet-container, option, .bar");
        if (!isText || !isShown(holder) || isForEars(holder) || holder.closest(".for-ears, .skip")) {
          continue;
        }
        const range = document.createRange();
        range.selectNodeContents(walker.currentNode);
        for (const box of range.getClientRects()) {
          if (box.width > 1 && box.height > 1) {
            // A line's box has room above and below its letters.
            const trim = box.height * 0.25;
            lines.push({ holder, left: box.left, right: box.right, top: box.top + trim, bottom: box.bottom - trim });
          }
        }
      }
      lines.sort((a, b) => a.top - b.top);
      const found = [];
      for (let i = 0; i < lines.length; i += 1) {
        const one = lines[i];
        for (let j = i + 1; j < lines.length && lines[j].top < one.bottom - 1; j += 1) {
          const other = lines[j];
          if (other.left < one.right - 1 && other.right > one.left + 1) {
            found.push(`${name(one.holder)} and ${name(other.holder)}`);
          }
        }
      }
      return [...new Set(found)].slice(0, 5);
    },

    // WCAG 2.2, 2.5.8: 24 pixels each way; a link in a sentence is as tall as its line.
    small() {
      return shown(CONTROLS)
        .filter((node) => {
          const box = (node.closest("label") ?? node).getBoundingClientRect();
          if (isForEars(node) || (box.width >= 24 && box.height >= 24)) {
            return false;
          }
          // Words around it in the same line: it is part of a sentence.
          const line = node.closest("p, li, dd, dt, td, th, figcaption, address, blockquote, label, h1, h2, h3, h4");
          const isInline = getComputedStyle(node).display === "inline";
          const around = line && line.innerText.trim().length > node.innerText?.trim().length;
          return !(node.localName === "a" && isInline && around);
        })
        .map((node) => {
          const box = node.getBoundingClientRect();
          return `${name(node)} ${Math.round(box.width)}×${Math.round(box.height)}`;
        });
    },

    // WCAG 2.2, 2.4.7 and 2.4.11: what has the focus shows it, and nothing covers it.
    focus() {
      const found = [];
      const before = document.activeElement;
      for (const node of shown(CONTROLS)) {
        if (node.disabled || node.tabIndex < 0) {
          continue;
        }
        node.focus();
        if (document.activeElement !== node) {
          // One of a set of radio buttons stands for all.
          found.push(`${name(node)} does not take the focus`);
          continue;
        }
        // A card shows the focus of its link around the whole card.
        const rings = [null, "::after"].map((part) => getComputedStyle(node, part));
        if (isForEars(node) || !rings.some((style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2)) {
          found.push(`${name(node)} does not show the focus`);
        }
        const box = node.getBoundingClientRect();
        if (box.width > 1 && box.height > 1) {
          const x = Math.min(Math.max(box.left + Math.min(box.width / 2, 12), 0), innerWidth - 1);
          const y = Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1);
          const there = document.elementFromPoint(x, y);
          const bar = there?.closest(".bar");
          if (bar && !bar.contains(node)) {
            found.push(`${name(node)} is behind the bar`);
          }
          if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) {
            found.push(`${name(node)} is out of sight with the focus`);
          }
        }
      }
      before?.focus?.();
      return found;
    },

    // The order of Tab is the order of the page.
    order() {
      return [...document.querySelectorAll("[tabindex]")].filter((node) => node.tabIndex > 0).map(name);
    },

    // One name of the page, and no level left out.
    headings() {
      const found = [];
      let level = 0;
      const all = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter((node) => node.checkVisibility());
      for (const node of all) {
        const own = Number(node.localName[1]);
        if (own > level + 1) {
          found.push(`${name(node)} after level ${level}`);
        }
        level = own;
      }
      const ones = all.filter((node) => node.localName === "h1").length;
      if (ones !== 1) {
        found.push(`${ones} headings of the first level`);
      }
      return found;
    },

    // For who asked for less of it: nothing moves.
    motion() {
      const long = (list) => list.split(",").some((time) => parseFloat(time) * (time.trim().endsWith("ms") ? 0.001 : 1) > 0.01);
      const found = [];
      for (const node of document.querySelectorAll("*")) {
        for (const part of [null, "::before", "::after"]) {
          const style = getComputedStyle(node, part);
          if (long(style.transitionDuration) || (style.animationName !== "none" && long(style.animationDuration))) {
            found.push(`${name(node)}${part ?? ""}`);
          }
        }
      }
      if (getComputedStyle(document.documentElement).scrollBehavior === "smooth") {
        found.push("the page scrolls smoothly");
      }
      return [...new Set(found)].slice(0, 5);
    },

    // In colours of the person's own, boxes are gone: what is pressed or filled in keeps an edge.
    edges() {
      return shown("button, .button, input:not([type=hidden], [type=checkbox], [type=radio], [type=file]), select, textarea")
        .filter((node) => {
          const style = getComputedStyle(node);
          const edge = ["Top", "Right", "Bottom", "Left"].some(
            (side) => style[`border${side}Style`] !== "none" && parseFloat(style[`border${side}Width`]) > 0,
          );
          // The language of the page is where one is already.
          return !edge && !style.textDecorationLine.includes("underline") && !node.ariaCurrent && !isForEars(node);
        })
        .map(name);
    },
  };
  window.access = (...which) =>
    Object.fromEntries(which.map((one) => [one, checks[one]()]).filter(([, found]) => found.length));
}
