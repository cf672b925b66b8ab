"use strict";
(() => {
  const sheet = JSON.parse(document.getElementById("sheet").textContent);
  const key = "osint-imagery-sheet-" + sheet.id;
  const points = Object.fromEntries(sheet.places.map((place) => [place.item, []]));
  const at = (id) => document.getElementById(id);
  const chosen = (name) => document.querySelector(`input[name="${name}"]:checked`)?.value ?? null;
  let saved = true;

  const shape = (item) => {
    const place = sheet.places.find((one) => one.item === item);
    const [left, top, right, bottom] = place.after;
    return { place, left, top, right, bottom };
  };

  // A share of the later panel to longitude and latitude: bilinear between its corners, exact to centimeters here.
  const lonlat = (item, [u, v]) => {
    const [nw, ne, se, sw] = shape(item).place.corners;
    return [0, 1].map((k) =>
      Number(((1 - v) * ((1 - u) * nw[k] + u * ne[k]) + v * ((1 - u) * sw[k] + u * se[k])).toFixed(8)));
  };

  const draw = (item, cursor) => {
    const { left, top, right, bottom } = shape(item);
    const svg = at("draw-" + item);
    const on = ([u, v]) => `${left + u * (right - left)},${top + v * (bottom - top)}`;
    svg.replaceChildren();
    for (const style of ["", "ink"]) {
      const line = document.createElementNS("http://www.w3.org/2000/svg", "polygon");
      line.setAttribute("points", points[item].map(on).join(" "));
      if (style) line.setAttribute("class", style);
      svg.append(line);
    }
    if (cursor) {
      const [x, y] = on(cursor).split(",").map(Number);
      for (const [dx, dy] of [[0.012, 0], [0, 0.018]]) {
        const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
        for (const [name, value] of Object.entries({ x1: x - dx, y1: y - dy, x2: x + dx, y2: y + dy }))
          line.setAttribute(name, value);
        line.setAttribute("class", "cursor");
        svg.append(line);
      }
    }
    at("count-" + item).textContent = points[item].length ? `${points[item].length} corners` : "no outline";
  };

  const crossing = (ring) => {
    const side = (a, b, c) => Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
    const edges = ring.map((point, k) => [point, ring[(k + 1) % ring.length]]);
    return edges.some(([a, b], i) => edges.some(([c, d], j) =>
      j > i + 1 && !(i === 0 && j === edges.length - 1) &&
      side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b)));
  };

  const state = () => ({
    who: at("who").value.trim(),
    seen: chosen("seen"),
    places: Object.fromEntries(sheet.places.map(({ item }) => [item, {
      label: chosen("label-" + item), level: at("level-" + item).value, note: at("note-" + item).value,
      points: points[item],
    }])),
  });

  const faults = (now) => {
    const found = [];
    if (!now.who) found.push("your name is missing");
    if (!now.seen) found.push("say whether you had seen any of it before");
    for (const [item, one] of Object.entries(now.places)) {
      if (!one.label) found.push(`place ${item} has no answer`);
      if (one.points.length && one.label !== "change") found.push(`place ${item} has an outline but is no change`);
      if (one.points.length && one.points.length < 3) found.push(`the outline of place ${item} needs 3 corners`);
      if (one.points.length > 3 && crossing(one.points)) found.push(`the outline of place ${item} crosses itself`);
    }
    return found;
  };

  const answers = (now) => ({
    type: "FeatureCollection", schema: sheet.schema, sheet: sheet.id, who: now.who,
    at: new Date().toISOString().slice(0, 19) + "Z", seen_before: now.seen === "yes",
    features: sheet.places.map(({ item }) => {
      const one = now.places[item];
      const ring = one.points.map((point) => lonlat(item, point));
      return {
        type: "Feature", id: item,
        geometry: ring.length ? { type: "Polygon", coordinates: [[...ring, ring[0]]] } : null,
        properties: { label: one.label, level: one.label === "change" ? one.level : null, note: one.note.trim() },
      };
    }),
  });

  const tell = (words) => { at("told").textContent = words; };

  const keep = () => {
    const now = state();
    const done = Object.values(now.places).filter((one) => one.label).length;
    tell(`${done} of ${sheet.places.length} places answered.`);
    for (const { item } of sheet.places) at("place-" + item).classList.toggle("open", false);
    saved = false;
    try { localStorage.setItem(key, JSON.stringify(now)); } catch { /* a browser may forbid it: saving still works */ }
  };

  const restore = () => {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(key)); } catch { return; }
    if (!kept) return;
    at("who").value = kept.who;
    if (kept.seen) at("seen-" + kept.seen).checked = true;
    for (const { item } of sheet.places) {
      const one = kept.places[item];
      if (one.label) document.querySelector(`input[name="label-${item}"][value="${one.label}"]`).checked = true;
      at("level-" + item).value = one.level;
      at("note-" + item).value = one.note;
      points[item] = one.points;
      draw(item);
    }
    keep();
  };

  for (const { item } of sheet.places) {
    const svg = at("draw-" + item);
    let cursor = [0.5, 0.5];
    const add = (point) => { points[item].push(point); draw(item, cursor); keep(); };
    const undo = (all) => { points[item].splice(all ? 0 : -1); draw(item, cursor); keep(); };
    svg.addEventListener("click", (event) => {
      const { left, top, right, bottom } = shape(item);
      const box = svg.getBoundingClientRect();
      const u = ((event.clientX - box.left) / box.width - left) / (right - left);
      const v = ((event.clientY - box.top) / box.height - top) / (bottom - top);
      if (u >= 0 && u <= 1 && v >= 0 && v <= 1) { cursor = [u, v]; add(cursor); }
    });
    svg.addEventListener("keydown", (event) => {
      const step = (event.shiftKey ? 4 : 1) / shape(item).place.pixels;
      const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
      if (event.key in moves) {
        cursor = cursor.map((value, k) => Math.min(1, Math.max(0, value + moves[event.key][k])));
        draw(item, cursor);
      } else if (event.key === "Enter" || event.key === " ") add([...cursor]);
      else if (event.key === "Backspace") undo(false);
      else if (event.key === "Escape") undo(true);
      else return;
      event.preventDefault();
    });
    svg.addEventListener("blur", () => draw(item));
    at("undo-" + item).addEventListener("click", () => undo(false));
    at("clear-" + item).addEventListener("click", () => undo(true));
    draw(item);
  }

  document.addEventListener("input", keep);
  at("save").addEventListener("click", () => {
    const now = state();
    const found = faults(now);
    for (const { item } of sheet.places) at("place-" + item).classList.toggle("open", !now.places[item].label);
    if (found.length) { tell(`Not saved: ${found.slice(0, 3).join("; ")}${found.length > 3 ? " ..." : ""}.`); return; }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(answers(now), null, 1) + "\n"]));
    link.download = `answers-${sheet.id}.geojson`;
    link.click();
    saved = true;
    tell(`Saved as ${link.download}: send that file back.`);
  });
  window.addEventListener("beforeunload", (event) => { if (!saved) event.preventDefault(); });
  restore();
})();
