"use strict";
(() => {
  const STATES = ["broken", "partly broken", "at risk", "unknown", "healthy"];
  const MARKS = { broken: "✗", "partly broken": "◐", "at risk": "!", unknown: "?", healthy: "✓" };
  const CHARACTER = 7.3, LONGEST = 38, HEIGHT = 28, LINE = 44;
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const slug = (state) => state.replace(" ", "-");

  const make = (name, attributes = {}, ...children) => {
    const svg = ["svg", "g", "rect", "text", "tspan", "path", "title"].includes(name);
    const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const mark = (state) => make("span", { class: `mark ${slug(state)}`, "aria-hidden": "true" }, MARKS[state]);
  const short = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
  const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

  // One entry a block, in the order of the page; a block is laid out when it comes near the screen.
  const blocks = [];
  const routes = [];
  let words = [], shown = new Set(STATES), zoom = 1, current = null, chosen = null;

  const near = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) drawBlock(entry.target.block);
  }, { root: $("picture"), rootMargin: "400px" });

  function build() {
    data.groups.forEach((group) => {
      const holder = make("details");
      const states = STATES.filter((s) => group.blocks.some((b) => b.routes.some((r) => stateOf(b, r) === s)));
      const total = group.blocks.reduce((sum, b) => sum + b.routes.length, 0);
      const head = make("summary", {}, group.title, make("span", { class: "sum" }));
      const told = head.lastChild;
      told.append(`${count(new Set(group.blocks.map((b) => b.host)).size, "host")}, ${count(total, "route")}: `);
      states.forEach((state, n) => {
        const number = group.blocks.reduce((sum, b) => sum + b.routes.filter((r) => stateOf(b, r) === state).length, 0);
        told.append(n ? ", " : "", mark(state), ` ${number} ${state}`);
      });
      holder.append(head);
      group.blocks.forEach((block) => {
        const place = make("div", { class: "block" });
        const entry = { ...block, group, holder, place, drawn: false, nodes: new Map(), byId: new Map() };
        block.nodes.forEach((node) => entry.byId.set(node.id, node));
        entry.routes = block.routes.map((card) => ({ ...card, block: entry, node: entry.byId.get(card.id) }));
        entry.routes.forEach((route) => { route.text = textOf(entry, route); routes.push(route); });
        entry.text = entry.routes.map((r) => r.text).join(" ");
        place.block = entry;
        reserve(entry);
        blocks.push(entry);
        near.observe(place);
        holder.append(place);
      });
      $("picture").append(holder);
      group.holder = holder;
    });
    const few = routes.length <= 60;
    data.groups.forEach((group, n) => { group.holder.open = few || n === 0 || group.state === "broken" && n < 12; });
    $("picture").append(make("p", { class: "none hidden", id: "none" }, "No route is like this."));
  }

  const stateOf = (block, card) => block.nodes.find((n) => n.id === card.id).state;
  const textOf = (entry, route) => [entry.host, route.match, route.kind, route.owner, route.ends, route.answer, route.why,
    route.place, route.missing, entry.group.title].join(" ").toLowerCase();
  const visible = (entry) => entry.routes.filter((r) => shown.has(r.node.state) && words.every((w) => r.text.includes(w)));

  function reserve(entry) {
    if (!entry.drawn) entry.place.style.minHeight = `${Math.max(1, visible(entry).length) * LINE * zoom}px`;
  }

  function drawBlock(entry) {
    if (entry.drawn) return;
    entry.drawn = true;
    const kept = reachable(entry, visible(entry));
    const graph = new dagre.graphlib.Graph();
    graph.setGraph({ rankdir: "LR", nodesep: 10, ranksep: 56, marginx: 6, marginy: 8, ranker: "longest-path" });
    graph.setDefaultEdgeLabel(() => ({}));
    entry.nodes = new Map();
    // The layout puts first what it is told last.
    for (const node of [...entry.byId.values()].reverse()) {
      if (!kept.has(node.id)) continue;
      const label = short(node.title);
      const wide = Math.max(46, (label.length + 2) * CHARACTER + 18);
      graph.setNode(node.id, { width: wide, height: HEIGHT, label, node });
    }
    const lines = entry.edges.filter((e) => kept.has(e.from) && kept.has(e.to));
    const kind = (id) => entry.byId.get(id).kind;
    const deep = lines.some((e) => kind(e.to) === "cluster");
    lines.reverse().forEach((e) => graph.setEdge(e.from, e.to, {
      line: e, width: e.text ? 34 : 0, height: e.text ? 12 : 0, labelpos: "c",
      minlen: deep && kind(e.from) === "route" && ["workload", "fault"].includes(kind(e.to)) ? 2 : 1,
    }));
    dagre.layout(graph);
    const { width, height } = graph.graph();
    const picture = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": `routes of ${entry.host || "*"}` });
    entry.size = [width, height];
    graph.edges().forEach((key) => {
      const edge = graph.edge(key);
      const path = make("path", { d: curve(graph.node(key.v), edge.points, graph.node(key.w)), class: slug(edge.line.state), "data-from": edge.line.from, "data-to": edge.line.to });
      picture.append(path);
      if (edge.line.text) picture.append(make("text", { class: "share", x: edge.x, y: edge.y + 3, "text-anchor": "middle" }, edge.line.text));
    });
    graph.nodes().reverse().forEach((id) => picture.append(drawNode(entry, graph.node(id))));
    entry.place.replaceChildren(picture);
    entry.place.style.minHeight = "";
    scale(entry);
  }

  function drawNode(entry, { x, y, width, height, label, node }) {
    const route = entry.routes.find((r) => r.id === node.id);
    const group = make("g", { class: `${node.kind} ${slug(node.state)}`, transform: `translate(${x - width / 2} ${y - height / 2})` });
    const round = { host: 14, route: 4, cluster: 9, workload: 0, fault: 0 }[node.kind];
    group.append(make("title", {}, `${node.title}${node.place ? `\n${node.place}` : ""}\n${node.kind}: ${node.state}`));
    group.append(make("rect", { width, height, rx: round }));
    if (node.kind === "workload") group.append(make("rect", { width: 5, height, rx: 0 }));
    group.append(make("text", { x: 10, y: height / 2 + 4 }, make("tspan", { class: "mark" }, MARKS[node.state]), ` ${label}`));
    entry.nodes.set(node.id, group);
    if (route) {
      group.setAttribute("role", "button");
      group.setAttribute("tabindex", current === route ? "0" : "-1");
      group.setAttribute("aria-label", `${entry.host || "*"} ${route.match}: ${node.state}, ${route.answer}. ${route.why || route.missing || route.ends}`);
      group.addEventListener("click", () => choose(route));
      group.addEventListener("focus", () => { current = route; light(route); });
      group.addEventListener("mouseenter", () => light(route));
    }
    return group;
  }

  // From the right edge of one node to the left edge of the next, past the points of the layout.
  function curve(tail, points, head) {
    let at = { x: tail.x + tail.width / 2, y: tail.y };
    let path = `M${at.x} ${at.y}`;
    for (const point of [...points.slice(1, -1), { x: head.x - head.width / 2, y: head.y }]) {
      const middle = (at.x + point.x) / 2;
      path += `C${middle} ${at.y} ${middle} ${point.y} ${point.x} ${point.y}`;
      at = point;
    }
    return path;
  }

  function reachable(entry, wanted) {
    const onward = new Map();
    entry.edges.forEach((e) => onward.set(e.from, [...(onward.get(e.from) || []), e.to]));
    const kept = new Set(), todo = wanted.map((r) => r.id);
    while (todo.length) {
      const id = todo.pop();
      if (kept.has(id)) continue;
      kept.add(id);
      todo.push(...(onward.get(id) || []));
    }
    // A host is drawn with those of its routes that are.
    if (wanted.length) entry.edges.forEach((e) => { if (entry.byId.get(e.from).kind === "host" && kept.has(e.to)) kept.add(e.from); });
    return kept;
  }

  function light(route) {
    const kept = reachable(route.block, [route]);
    route.block.place.querySelectorAll("path").forEach((path) => {
      path.classList.toggle("lit", kept.has(path.dataset.from) && kept.has(path.dataset.to));
    });
  }

  function scale(entry) {
    const picture = entry.place.firstElementChild;
    if (!picture || !entry.size) return;
    picture.setAttribute("width", entry.size[0] * zoom);
    picture.setAttribute("height", entry.size[1] * zoom);
  }

  function setZoom(value) {
    zoom = Math.min(3, Math.max(0.25, value));
    $("fit").textContent = `${Math.round(zoom * 100)} %`;
    blocks.forEach((entry) => (entry.drawn ? scale(entry) : reserve(entry)));
  }

  function filter() {
    let total = 0;
    const groups = new Map();
    blocks.forEach((entry) => {
      const number = visible(entry).length;
      total += number;
      entry.drawn = false;
      entry.place.replaceChildren();
      entry.place.classList.toggle("hidden", !number);
      groups.set(entry.group, (groups.get(entry.group) || 0) + number);
      reserve(entry);
      // A place that stays where it is comes into view no second time by itself.
      near.unobserve(entry.place);
      near.observe(entry.place);
    });
    let opened = 0;
    groups.forEach((number, group) => {
      group.holder.classList.toggle("hidden", !number);
      if (words.length && number && opened < 12) { group.holder.open = true; opened += 1; }
    });
    $("none").classList.toggle("hidden", total > 0);
    $("found").textContent = words.length || shown.size < STATES.length ? count(total, "route") : "";
  }

  const order = () => blocks.flatMap(visible);

  function go(step, wanted = () => true) {
    const all = order();
    if (!all.length) return;
    let at = current ? all.indexOf(current) : step > 0 ? -1 : all.length;
    for (let tries = 0; tries < all.length; tries += 1) {
      at = (at + step + all.length) % all.length;
      if (wanted(all[at])) return focus(all[at]);
    }
  }

  function focus(route) {
    if (current && current.block.drawn) current.block.nodes.get(current.id)?.setAttribute("tabindex", "-1");
    current = route;
    route.block.holder.open = true;
    drawBlock(route.block);
    const node = route.block.nodes.get(route.id);
    node.setAttribute("tabindex", "0");
    node.focus({ preventScroll: true });
    node.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (!$("card").hidden) choose(route);
  }

  function choose(route) {
    chosen?.block.nodes.get(chosen.id)?.classList.remove("chosen");
    chosen = route;
    route.block.nodes.get(route.id)?.classList.add("chosen");
    light(route);
    const card = $("card");
    const close = make("button", { type: "button", class: "close" }, "Close");
    close.addEventListener("click", shut);
    const rows = [["answer", route.answer], ["ends at", route.ends || "?"], ["is a", route.kind], ["held by", route.owner]];
    if (route.missing) rows.push(["unknown", route.missing]);
    const list = make("dl");
    rows.forEach(([name, value]) => list.append(make("dt", {}, name), make("dd", {}, value)));
    const children = [close, make("h2", {}, mark(route.node.state), ` ${route.block.host || "*"} ${route.match}`), make("p", {}, route.node.state), list];
    if (route.why) {
      children.push(make("h3", {}, "Why"), make("p", {}, `${route.why} `, make("code", {}, route.rule)), make("span", { class: "place" }, route.place));
      if (route.help) children.push(make("p", {}, `help: ${route.help}`));
    } else children.push(make("span", { class: "place" }, route.place));
    if (route.checks.length) {
      const checks = make("ul");
      route.checks.forEach((check) => {
        const state = check.broken ? "broken" : check.fine ? "healthy" : "unknown";
        checks.append(make("li", {}, mark(state), ` ${check.about} `, make("code", {}, check.wanted), check.fine ? "" : ` ${check.verdict}`, make("span", { class: "place" }, check.place)));
      });
      children.push(make("h3", {}, "Looked at on the way"), checks);
    }
    card.replaceChildren(...children);
    card.hidden = false;
  }

  function shut() {
    $("card").hidden = true;
    chosen?.block.nodes.get(chosen.id)?.classList.remove("chosen");
    const back = chosen;
    chosen = null;
    if (back) focus(back);
  }

  function controls() {
    STATES.forEach((state) => {
      const number = data.counts[state] || 0;
      const button = make("button", { type: "button", "aria-pressed": "true" }, mark(state), ` ${number} ${state}`);
      button.disabled = !number;
      button.addEventListener("click", () => {
        if (!shown.delete(state)) shown.add(state);
        button.setAttribute("aria-pressed", String(shown.has(state)));
        filter();
      });
      $("counts").append(button);
    });
    let waiting;
    $("search").addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
        filter();
      }, 120);
    });
    $("open").addEventListener("click", () => data.groups.forEach((g) => { g.holder.open = true; }));
    $("shut").addEventListener("click", () => data.groups.forEach((g) => { g.holder.open = false; }));
    $("in").addEventListener("click", () => setZoom(zoom * 1.25));
    $("out").addEventListener("click", () => setZoom(zoom / 1.25));
    $("fit").addEventListener("click", () => setZoom(1));
    $("help").addEventListener("click", () => {
      $("keys").hidden = !$("keys").hidden;
      $("help").setAttribute("aria-expanded", String(!$("keys").hidden));
    });
    const root = document.documentElement;
    const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    $("theme").setAttribute("aria-pressed", String(dark()));
    $("theme").addEventListener("click", () => {
      root.dataset.theme = dark() ? "light" : "dark";
      $("theme").setAttribute("aria-pressed", String(dark()));
    });
    $("picture").addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      setZoom(zoom * (event.deltaY < 0 ? 1.1 : 1 / 1.1));
    }, { passive: false });
    document.addEventListener("keydown", key);
  }

  function key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === $("search")) {
      if (event.key === "Escape") { $("search").value = ""; words = []; filter(); $("search").blur(); }
      else if (event.key === "Enter" || event.key === "ArrowDown") { current = null; go(1); event.preventDefault(); }
      return;
    }
    const sick = (route) => route.node.state !== "healthy";
    const does = {
      "/": () => { $("search").focus(); $("search").select(); },
      "+": () => setZoom(zoom * 1.25), "=": () => setZoom(zoom * 1.25), "-": () => setZoom(zoom / 1.25), 0: () => setZoom(1),
      n: () => go(1, sick), p: () => go(-1, sick),
      ArrowDown: () => go(1), ArrowUp: () => go(-1),
      Escape: () => { if (!$("card").hidden) shut(); },
    };
    if (event.target.closest("svg g.route")) {
      does.Enter = does[" "] = () => choose(current);
    }
    const act = does[event.key];
    if (!act) return;
    act();
    event.preventDefault();
  }

  build();
  controls();
  document.documentElement.dataset.ready = String(Math.round(performance.now()));
})();
