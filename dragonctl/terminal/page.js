"use strict";
(() => {
  const data = JSON.parse(document.getElementById("map-data").textContent);
  const svg = document.querySelector(".map svg");
  const panel = document.querySelector("aside");
  const nodes = [...document.querySelectorAll(".node")];
  const edges = [...document.querySelectorAll(".edge")];
  const whole = svg.viewBox.baseVal;
  const home = { x: whole.x, y: whole.y, width: whole.width, height: whole.height };
  const SVG = "http://www.w3.org/2000/svg";

  const make = (name, text, className) => {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    return element;
  };
  const draw = (name, attributes) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const units = [[1000, 1e6, 0, "µs"], [10, 1e3, 1, "ms"], [1000, 1e3, 0, "ms"], [60, 1, 2, "s"]];
  const time = (seconds) => {
    if (seconds === null || seconds === undefined) return "-";
    if (!seconds) return "0 ms";
    for (const [edge, factor, digits, unit] of units) {
      const figure = (seconds * factor).toFixed(digits);
      if (Number(figure) < edge) return `${figure} ${unit}`;
    }
    const whole = Math.round(seconds);
    return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  };
  const percent = (share) =>
    share > 0 && share < 0.01 ? "<1 %" : share > 0.99 && share < 1 ? ">99 %"
      : `${Math.round(share * 100)} %`;

  const mark = (status) => status.replaceAll(" ", "-");

  // Pan and zoom: the view box is the only state. It opens at a size that can be read.
  const LEAST = 0.82;
  const LEAST_ALONE = 0.6;
  const MOST = 1.25;
  const MARGIN = 24;
  let alone = null;
  const view = (x, y, width, height) => { Object.assign(whole, { x, y, width, height }); };
  const zoom = (factor, px = 0.5, py = 0.5) => {
    const width = Math.min(home.width * 4, Math.max(160, whole.width * factor));
    const height = width * (whole.height / whole.width);
    view(whole.x + (whole.width - width) * px, whole.y + (whole.height - height) * py,
      width, height);
  };
  const pan = (dx, dy) => view(whole.x + dx * whole.width, whole.y + dy * whole.height,
    whole.width, whole.height);
  const pixels = () => svg.getBoundingClientRect();
  const within = (box, scale) => {
    const { width, height } = pixels();
    view(box.x - Math.max(0, width / scale - box.width) / 2,
      box.y - Math.max(0, height / scale - box.height) / 2, width / scale, height / scale);
  };
  const scaleOf = (box) => Math.min(pixels().width / box.width, pixels().height / box.height);
  const fit = () => within(bounds(), Math.min(MOST, scaleOf(bounds())));
  const open = () => {
    const box = bounds();
    const least = alone === null ? LEAST : LEAST_ALONE;
    within(box, Math.min(MOST, Math.max(least, scaleOf(box))));
    const first = nodes.find((node) => alone === null ? !node.classList.contains("out")
      : Number(node.dataset.node) === alone);
    if (first && scaleOf(box) < least) bring(first, alone === null);
  };
  const place = (node) => {
    const box = node.querySelector(".box");
    const [x, y, width, height] = ["x", "y", "width", "height"]
      .map((name) => Number(box.getAttribute(name)));
    return { x, y, width, height };
  };
  // Fonts differ: text that is wider than its card is drawn closer.
  for (const text of svg.querySelectorAll(".node text")) {
    const room = place(text.parentNode).width - 24;
    if (text.getComputedTextLength() <= room) continue;
    text.setAttribute("textLength", room);
    text.setAttribute("lengthAdjust", "spacingAndGlyphs");
  }
  const bounds = () => {
    const places = nodes.filter((node) => !node.classList.contains("out")).map(place);
    if (!places.length) return home;
    const x = Math.min(...places.map((box) => box.x)) - MARGIN;
    const y = Math.min(...places.map((box) => box.y)) - MARGIN;
    return { x, y,
      width: Math.max(...places.map((box) => box.x + box.width)) + MARGIN - x,
      height: Math.max(...places.map((box) => box.y + box.height)) + MARGIN - y };
  };
  // Moves the view as little as shows a part whole; from the left, where the callers stand.
  const bring = (node, left = false) => {
    const box = place(node);
    const clamp = (at, size, from, room) =>
      Math.min(from - MARGIN, Math.max(from + size + MARGIN - room, at));
    const x = left ? box.x - MARGIN : clamp(whole.x, box.width, box.x, whole.width);
    const y = left ? box.y + box.height / 2 - whole.height / 2
      : clamp(whole.y, box.height, box.y, whole.height);
    view(x, y, whole.width, whole.height);
  };
  // The browser scrolls the window to where a part stood before the map brought it into its frame.
  const scrollTo = (...parts) => {
    for (const part of parts) part.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const attend = (node) => {
    bring(node);
    requestAnimationFrame(() => { if (document.activeElement === node) scrollTo(svg, node); });
  };
  const moves = {
    ArrowLeft: () => pan(-0.1, 0), ArrowRight: () => pan(0.1, 0), ArrowUp: () => pan(0, -0.1),
    ArrowDown: () => pan(0, 0.1), "+": () => zoom(0.8), "=": () => zoom(0.8),
    "-": () => zoom(1.25), 0: fit, "/": () => find.focus(),
  };
  const find = document.getElementById("find");
  svg.addEventListener("keydown", (event) => {
    if (!moves[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    moves[event.key]();
  });
  svg.addEventListener("wheel", (event) => {
    event.preventDefault();
    const box = svg.getBoundingClientRect();
    zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, (event.clientX - box.left) / box.width,
      (event.clientY - box.top) / box.height);
  }, { passive: false });
  let held = null;
  let moved = false;
  svg.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary) return;
    held = { x: event.clientX, y: event.clientY };
    moved = false;
  });
  window.addEventListener("pointermove", (event) => {
    if (!held || !event.isPrimary) return;
    const scale = whole.width / svg.getBoundingClientRect().width;
    const dx = event.clientX - held.x;
    const dy = event.clientY - held.y;
    if (!moved && Math.hypot(dx, dy) < 4) return;
    moved = true;
    svg.classList.add("held");
    view(whole.x - dx * scale, whole.y - dy * scale, whole.width, whole.height);
    held = { x: event.clientX, y: event.clientY };
  });
  const release = () => { held = null; svg.classList.remove("held"); };
  // A second finger makes the browser zoom: it cancels the first one's drag.
  for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, release);
  document.getElementById("zoom-in").addEventListener("click", () => zoom(0.8));
  document.getElementById("zoom-out").addEventListener("click", () => zoom(1.25));
  document.getElementById("zoom-fit").addEventListener("click", fit);

  // The panel beside the map.
  const figures = (item) => {
    const list = make("dl");
    const add = (name, value, className) => {
      list.append(make("dt", name), make("dd", value, className));
    };
    add("Requests", item.requests.toLocaleString("en"));
    add("Average", time(item.average));
    add("Median (p50)", time(item.p50));
    add("p95", time(item.p95));
    const known = Object.values(item.shares).some((share) => share > 0);
    for (const name of ["ok", "error", "throttle", "fault"]) {
      add({ ok: "OK", error: "Errors (4xx)", throttle: "Throttled (429)", fault: "Faults (5xx)" }[name],
        known ? percent(item.shares[name]) : "-", item.shares[name] ? name : "");
    }
    return list;
  };
  const histogram = (entries) => {
    const buckets = new Array(24).fill(0);
    const log = (value) => Math.log10(Math.max(value, 1e-4));
    const values = entries.map((entry) => log(entry.value));
    const low = Math.min(...values);
    const span = Math.max(Math.max(...values) - low, 0.1);
    for (const entry of entries) {
      buckets[Math.min(23, Math.floor((log(entry.value) - low) / span * 24))] += entry.count;
    }
    const top = Math.max(...buckets);
    const image = draw("svg", { viewBox: "0 0 240 76", class: "bars", role: "img",
      "aria-label": `Response times from ${time(10 ** low)} to ${time(10 ** (low + span))}` });
    buckets.forEach((count, at) => {
      const height = count ? Math.max(2, count / top * 58) : 0;
      image.append(draw("rect", { x: at * 10 + 1, y: 60 - height, width: 8, height }));
    });
    for (const [x, anchor, value] of [[0, "start", low], [240, "end", low + span]]) {
      const text = draw("text", { x, y: 73, "text-anchor": anchor });
      text.textContent = time(10 ** value);
      image.append(text);
    }
    return image;
  };
  const link = (text, action) => {
    const button = make("button", text, "plain");
    button.type = "button";
    button.addEventListener("click", action);
    return button;
  };
  const listed = (title, items) => {
    const list = make("ul");
    for (const item of items) {
      const entry = make("li");
      entry.append(item);
      list.append(entry);
    }
    panel.append(make("h3", title), list);
  };
  const calls = (title, at, from, to) => {
    const found = data.edges.filter((edge) => edge[from] === at);
    if (!found.length) return;
    listed(title, found.map((edge) => link(
      `${data.nodes[edge[to]].named}: ${edge.requests.toLocaleString("en")} requests, ${time(edge.average)}${edge.link ? ", a link" : ""}`,
      () => choose(edge[to], true))));
  };
  const traces = (at) => {
    const found = data.summaries.filter((trace) => trace.services.includes(data.nodes[at].name));
    if (!found.length) {
      panel.append(make("h3", "Traces"),
        make("p", "None was read for this part. Ask for them: dragonctl traces", "soft"));
      return;
    }
    listed(`Traces (${found.length})`, found.map((trace) => {
      const words = [trace.method, trace.code, time(trace.response_time), trace.url]
        .filter((part) => part !== null && part !== "").join(" ");
      const button = link(words || trace.id, () => waterfall(trace, at));
      button.classList.add(mark(trace.status));
      return button;
    }));
  };
  const row = (segment, first, span) => {
    const line = make("tr");
    const name = make("td", segment.name);
    name.style.paddingLeft = `${Math.min(segment.depth, 8) * 0.6}rem`;
    const cell = make("td", undefined, "bar");
    const bar = draw("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none",
      "aria-hidden": "true" });
    const x = Math.max(0, Math.min(99, (segment.start - first) / span * 100));
    const width = segment.end === null ? 100 - x : (segment.end - segment.start) / span * 100;
    bar.append(draw("rect", { class: "track", x: 0, y: 0, width: 100, height: 10 }),
      draw("rect", { class: `span-${mark(segment.status)} ${segment.duration === null ? "open" : ""}`,
        x, y: 0, width: Math.max(1, Math.min(100 - x, width)), height: 10 }));
    cell.append(bar);
    const figure = make("td", segment.duration === null ? "in progress" : time(segment.duration),
      segment.status === "ok" ? "number" : `number ${mark(segment.status)}`);
    line.append(name, figure, cell);
    return line;
  };
  const waterfall = (summary, at) => {
    fill(link(`Back to ${data.nodes[at].label}`, () => choose(at, false)),
      make("h2", `${summary.method} ${summary.url}`.trim() || summary.id));
    const command = make("p");
    command.append(make("code", `dragonctl traces ${summary.id}`));
    panel.append(command);
    const trace = data.traces.find((item) => item.id === summary.id);
    if (trace) {
      const first = Math.min(...trace.segments.map((segment) => segment.start));
      const last = Math.max(first + (trace.duration ?? 0),
        ...trace.segments.map((segment) => segment.end ?? segment.start));
      const table = make("table", undefined, "fall");
      table.append(make("caption", `${trace.count.toLocaleString("en")} segments, ${time(trace.duration)}`));
      const body = make("tbody");
      body.append(...trace.segments.map((segment) =>
        row(segment, first, Math.max(last - first, 1e-6))));
      table.append(body);
      panel.append(table);
      for (const segment of trace.segments) {
        for (const raised of segment.exceptions) {
          panel.append(make("p", `${segment.name}: ${raised.type}: ${raised.message}`, "fault"));
        }
      }
    }
    panel.focus({ preventScroll: true });
  };
  const close = make("button", "Close", "close");
  close.type = "button";
  close.addEventListener("click", () => {
    const chosen = nodes.find((node) => node.getAttribute("aria-pressed") === "true");
    clear();
    chosen.focus();
  });
  const fill = (title, ...parts) => {
    const head = make("div", undefined, "head");
    head.append(title, close);
    panel.replaceChildren(head, ...parts);
    panel.scrollTop = 0;
  };
  // The panel takes its place beside the map, in a narrow window as a sheet at its foot, while a
  // part is chosen; the map keeps its scale.
  const reveal = (wanted) => {
    if (panel.hidden !== wanted) return;
    const scale = pixels().width / whole.width;
    panel.hidden = !wanted;
    view(whole.x, whole.y, pixels().width / scale, pixels().height / scale);
  };
  const choose = (at, focus) => {
    reveal(true);
    const near = new Set([at]);
    edges.forEach((edge) => {
      const ends = [Number(edge.dataset.source), Number(edge.dataset.target)];
      const lit = ends.includes(at);
      edge.classList.toggle("lit", lit);
      edge.classList.toggle("dim", !lit);
      if (lit) ends.forEach((end) => near.add(end));
    });
    nodes.forEach((node) => {
      const number = Number(node.dataset.node);
      node.setAttribute("aria-pressed", String(number === at));
      node.classList.toggle("dim", !near.has(number));
      if (focus && number === at) node.focus();
    });
    const item = data.nodes[at];
    fill(make("h2", item.label),
      make("p", [item.kind, item.about].filter(Boolean).join(" · "), "soft"));
    if (item.name !== item.label && item.kind !== "client") panel.append(make("code", item.name));
    const only = make("button", "Show only this and its neighbours");
    only.type = "button";
    only.addEventListener("click", () => {
      showAll(at);
      nodes.find((node) => Number(node.dataset.node) === at).focus();
    });
    panel.append(only, figures(item));
    if (item.histogram.length) panel.append(make("h3", "Response times"), histogram(item.histogram));
    calls("Calls", at, "source", "target");
    calls("Called by", at, "target", "source");
    traces(at);
    document.getElementById("chosen").textContent = `${item.label}: ${item.requests} requests`;
    bring(nodes.find((node) => Number(node.dataset.node) === at));
    scrollTo(svg);
  };
  const clear = () => {
    [...nodes, ...edges].forEach((element) => element.classList.remove("dim", "lit"));
    nodes.forEach((node) => node.setAttribute("aria-pressed", "false"));
    panel.replaceChildren();
    reveal(false);
  };
  nodes.forEach((node) => {
    const at = Number(node.dataset.node);
    node.addEventListener("focus", () => { if (!held) attend(node); });
    node.addEventListener("click", () => { if (!moved) choose(at, false); });
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose(at, false);
    });
  });

  // What is shown: what the search finds, of the health that is asked for, alone or with all.
  const health = document.getElementById("health");
  const everything = document.getElementById("everything");
  const neighbours = (at) => new Set([at, ...data.edges.flatMap((edge) =>
    edge.source === at ? [edge.target] : edge.target === at ? [edge.source] : [])]);
  const healthy = (shares) => health.value === "fault" ? shares.fault > 0
    : health.value === "" || shares.error + shares.throttle + shares.fault > 0;
  const filter = (refit) => {
    const words = find.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const near = alone === null ? null : neighbours(alone);
    const shown = data.nodes.map((item, at) => (!near || near.has(at)) && healthy(item.shares)
      && words.every((word) =>
        `${item.label} ${item.name} ${item.kind} ${item.about}`.toLowerCase().includes(word)));
    nodes.forEach((node) => node.classList.toggle("out", !shown[Number(node.dataset.node)]));
    edges.forEach((edge) => edge.classList.toggle("out",
      !(shown[Number(edge.dataset.source)] && shown[Number(edge.dataset.target)])));
    const count = shown.filter(Boolean).length;
    const all = count === shown.length;
    everything.hidden = all;
    document.getElementById("shown").textContent = all ? "" : `${count} of ${shown.length} parts`;
    if (refit && count) open();
  };
  find.addEventListener("input", () => filter(true));
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const first = nodes.find((node) => !node.classList.contains("out"));
    if (first) choose(Number(first.dataset.node), true);
  });
  health.addEventListener("change", () => filter(true));
  const showAll = (except = null) => {
    alone = except;
    find.value = "";
    health.value = "";
    filter(true);
  };
  everything.addEventListener("click", () => { showAll(); svg.focus(); });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    clear();
    if (!everything.hidden) showAll();
  });
  open();
})();
