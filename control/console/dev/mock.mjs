// A stand-in for the hub, for work on the console's looks: `npm run build && npm run mock`, then open the printed
// address. Serves dist/ under the hub's content security policy and plays a shop with two workers.
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocketServer } from "ws";
import { difference, hitTable, memory, threads, valueAt } from "./mock_reading.mjs";
import { FILES, INSTANCES, makeHit, PRICING, sourceOf } from "./mock_data.mjs";

const PORT = Number(process.env.PORT ?? 7999);
const TOKEN = "mock-token";
const DIST = join(dirname(fileURLToPath(import.meta.url)), "..", "dist");
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

const state = { instances: process.env.EMPTY ? [] : INSTANCES, probes: new Map(), hits: [], position: 0 };
const sockets = new Set();
let ids = 0;

function send(message) {
  for (const socket of sockets) socket.send(JSON.stringify(message));
}

function probeView(view) {
  send({ t: "live_probe", view });
  return view;
}

function refuse(status, error, message) {
  return { status, body: { error, message } };
}

/** What the agents of the mock say about a condition. */
function conditionProblem(condition) {
  if (/[=<>]\s*$|\($/.test(condition)) {
    return [
      "condition_syntax",
      "condition: invalid syntax at column 12; write a Python expression, for example total < 0",
    ];
  }
  if (/\bcoupan\b/.test(condition)) {
    return ["condition_name", "condition: no name 'coupan' in price_of; did you mean 'coupon'?"];
  }
  return undefined;
}

/** Where the mock's functions stand. */
const FUNCTION_LINES = { price_of: 20 };

function placeOf(location) {
  const [, file, line] = /^(.*):(\d+)$/.exec(location) ?? [];
  if (file) return [file, line];
  const [, name] = /^shop\.pricing:(\w+)/.exec(location) ?? [];
  return [PRICING, FUNCTION_LINES[name] ?? 20];
}

function newState(view, instance) {
  const [file, lineText] = placeOf(view.probe.location);
  const base = { probe: view.probe.id, probe_version: 1, instance: instance.id, gates: {} };
  const path = FILES.find((one) => one.path === file || one.path.endsWith(`/${file}`))?.path;
  if (!path)
    return {
      ...base,
      state: "pending",
      reason: "not_loaded",
      message: `no loaded file ends in ${file}; the probe waits until one is loaded`,
    };
  const source = sourceOf(path);
  const line = source.lines_with_code.find((one) => one >= Number(lineText));
  if (!line)
    return {
      ...base,
      state: "error",
      reason: "no_code_at_line",
      file: path,
      message: `line ${lineText} has no code and none follows in the same function; choose another line`,
    };
  const problem = view.probe.condition && conditionProblem(view.probe.condition);
  if (problem) return { ...base, state: "error", file: path, line, reason: problem[0], message: problem[1] };
  const moved =
    line === Number(lineText)
      ? {}
      : { reason: "line_moved", message: `line ${lineText} has no code; moved to line ${line}` };
  return { ...base, ...moved, state: "armed", file: path, line, source_sha256: source.sha256 };
}

const HITS = { log: 1000, metric: 100_000_000, timer: 100_000_000 };

function changeProbe(id, edit) {
  const view = state.probes.get(id);
  if (!view) return refuse(404, "not_found", "no such probe");
  const { probe } = view;
  probe.version++;
  Object.assign(probe.limits, edit.limits);
  probe.options = { ...probe.options, ...edit.options };
  if (edit.condition !== undefined) probe.condition = edit.condition;
  view.states = state.instances
    .filter((one) => one.state === "up" && one.service === probe.service)
    .map((one) => ({ ...newState(view, one), probe_version: probe.version }));
  return { status: 200, body: probeView(view) };
}

/** What the mock's agents refuse while somebody types: a property, a call, a name. */
function check({ expression = "" }) {
  const rules = [
    [
      /basket\.(total)\b/,
      "'basket.total' is a property; its getter would run. Read the field it uses: 'basket._total'",
      "basket._total",
    ],
    [/\.(compute)\(/, "calling 'compute' would run the program's code; read the field it uses"],
    [
      /\b(coupan)\b/,
      "'coupan' is not defined in price_of; its variables are: basket, today, customer, coupon, subtotal, total",
    ],
    [/[<>=]\s*()$/, "invalid syntax; write a Python expression such as total < 0"],
  ];
  const parts = rules.flatMap(([pattern, message, instead]) => {
    const found = pattern.exec(expression);
    if (!found) return [];
    const column = found.index + found[0].indexOf(found[1] || "\0") + 1 || expression.length + 1;
    return [
      { kind: "refused", name: found[1], column, end_column: column + found[1].length, message, instead },
    ];
  });
  return { status: 200, body: { ok: parts.length === 0, parts } };
}

/** Numbers that grow, as of two label values. */
function metrics(id) {
  const view = state.probes.get(id);
  if (!view) return refuse(404, "not_found", "no such probe");
  const labels = (view.probe.options?.labels ?? []).length;
  const scale = view.probe.action === "timer" ? 1_500_000 : 1500;
  const first = Math.floor(4 * Math.log2(scale)) - 3;
  const series = (name, n) => ({
    labels: labels ? [name] : [],
    count: n * 15,
    sum: n * 15 * scale,
    last: scale + (n % 7),
    least: scale / 2,
    most: scale * 3.2,
    buckets: [n, n * 2, n * 5, n * 4, n * 2, n],
    first_bucket: first,
  });
  const of = ({ instance, gates }) => {
    const n = Math.ceil((gates.captured ?? 0) / 15);
    return {
      probe: id,
      probe_version: 1,
      instance,
      series: labels ? [series("gold", n), series("none", 3 * n)] : [series("", n)],
    };
  };
  return { status: 200, body: { metrics: view.states.map(of) } };
}

function setProbe(request) {
  const now = Date.now();
  const probe = {
    id: `p${++ids}`,
    version: 1,
    action: "snapshot",
    created_at_ms: now,
    created_by: "admin",
    ...request,
    limits: { hits: HITS[request.action] ?? 1, rate_per_s: 10, ...request.limits },
  };
  probe.limits.expires_at_ms ||= now + 3_600_000;
  const view = { probe, states: [] };
  state.probes.set(probe.id, view);
  setTimeout(() => {
    view.states = state.instances
      .filter((one) => one.state === "up" && one.service === probe.service)
      .map((one) => newState(view, one));
    probeView(view);
  }, 60);
  return { status: 201, body: probeView(view) };
}

/** Traffic: each second the armed lines are reached; now and then a condition holds. */
setInterval(() => {
  for (const view of state.probes.values()) for (const one of view.states) pass(view, one);
}, 1000);

function pass(view, one) {
  if (one.state !== "armed") return;
  const reached = 900 + Math.floor(Math.random() * 200);
  const gates = one.gates;
  gates.reached = (gates.reached ?? 0) + reached;
  const fires = !view.probe.condition || gates.reached > 2500;
  gates.condition_false = gates.reached - (gates.captured ?? 0) - (fires ? 1 : 0);
  if (!view.probe.condition) delete gates.condition_false;
  if (view.probe.condition) one.last_values = `total = ${(gates.reached % 97) / 2}`;
  one.cost_ns = gates.reached * 41;
  one.cost_percent = 0.04 + Math.random() / 100;
  const { action } = view.probe;
  if (action === "metric" || action === "timer") gates.captured = gates.reached;
  else if (fires) {
    gates.captured = (gates.captured ?? 0) + 1;
    hit(view, one);
    if (gates.captured >= view.probe.limits.hits) one.state = "done";
  }
  probeView(view);
}

function hit(view, one) {
  const snapshot = makeHit(++state.position, view, one);
  if (view.probe.action === "log") {
    const { template, level = "info" } = view.probe.options;
    const text = template.replace(/\{[^}]*\}/g, () => String(Math.floor(Math.random() * 900)));
    Object.assign(snapshot.summary, { kind: "log", text, level });
  }
  state.hits.unshift(snapshot);
  send({ t: "live_snapshot", summary: snapshot.summary });
}

function api(method, path, query, body) {
  const [kind, id, part] = path.split("/");
  switch (`${method} ${kind}`) {
    case "GET whoami":
      return { status: 200, body: { name: "admin" } };
    case "DELETE session":
      return { status: 204, headers: { "Set-Cookie": "strobe_session=; Max-Age=0; Path=/" } };
    case "GET instances":
      return instances(id, part, query);
    case "GET sources":
      return { status: 200, body: sourceOf(PRICING) };
    case "POST instances":
      return { status: 200, body: part === "memory" ? memory(body) : threads() };
    case "GET probes":
      if (part === "metrics") return metrics(id);
      if (part === "hits") return hitsOf(id, query);
      return { status: 200, body: { probes: [...state.probes.values()].reverse() } };
    case "POST probes":
      return setProbe(body);
    case "PATCH probes":
      return changeProbe(id, body);
    case "POST check":
      return check(body);
    case "DELETE probes":
      state.probes.delete(id);
      send({ t: "live_probe_removed", id });
      return { status: 204 };
    case "GET snapshots":
      return snapshots(id, part, query);
    default:
      return refuse(404, "not_found", "no such call");
  }
}

function instances(id, part, query) {
  if (!id) return { status: 200, body: { instances: state.instances } };
  if (part === "files") return { status: 200, body: { files: FILES, cut: false } };
  const source = sourceOf(query.get("path"));
  return source
    ? { status: 200, body: source }
    : refuse(404, "not_loaded", "this process has not loaded that file");
}

function hitsOf(id, query) {
  const hits = state.hits.filter(({ summary: { probe, kind } }) => probe === id && kind !== "log");
  return { status: 200, body: hitTable(hits, query) };
}

function snapshots(id, part, query) {
  const wanted = { kind: query.get("kind"), probe: query.get("probe") };
  const before = Number(query.get("before") ?? Infinity);
  const isKind = ({ kind = "snapshot", probe, position }) =>
    kind === (wanted.kind ?? kind) && probe === (wanted.probe ?? probe) && position < before;
  if (!id) return { status: 200, body: { snapshots: state.hits.map((one) => one.summary).filter(isKind) } };
  const byId = (wantedId) => state.hits.find((one) => one.summary.id.startsWith(wantedId));
  const found = byId(id);
  if (found && part === "value") return { status: 200, body: valueAt(found, query.get("path")) };
  const other = part === "diff" && byId(query.get("with"));
  if (found && other) return { status: 200, body: difference(found, other) };
  return found
    ? { status: 200, body: found }
    : refuse(404, "not_found", "no such snapshot: it may be past its retention");
}

async function readBody(request) {
  let text = "";
  for await (const piece of request) text += piece;
  return text ? JSON.parse(text) : undefined;
}

async function answerApi(request, url) {
  const path = url.pathname.slice("/api/v1/".length);
  const body = await readBody(request);
  if (request.method === "POST" && path === "session") {
    if (body.token !== TOKEN) return refuse(401, "unauthenticated", "wrong token");
    return { status: 204, headers: { "Set-Cookie": "strobe_session=1; HttpOnly; SameSite=Strict; Path=/" } };
  }
  if (!request.headers.cookie?.includes("strobe_session=1"))
    return refuse(401, "unauthenticated", "no session");
  return api(request.method, path, url.searchParams, body);
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://localhost");
  if (url.pathname.startsWith("/api/")) {
    const { status, body, headers } = await answerApi(request, url);
    response.writeHead(status, { "Content-Type": "application/json", ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
    return;
  }
  const file = normalize(url.pathname === "/" ? "/index.html" : url.pathname);
  try {
    const data = readFileSync(join(DIST, file));
    response.writeHead(200, {
      "Content-Type": TYPES[extname(file)] ?? "application/octet-stream",
      "Content-Security-Policy": CSP,
    });
    response.end(data);
  } catch {
    response.writeHead(404).end();
  }
});

const live = new WebSocketServer({ server, path: "/api/v1/live" });
live.on("connection", (socket) => {
  sockets.add(socket);
  socket.on("close", () => sockets.delete(socket));
  for (const instance of state.instances) socket.send(JSON.stringify({ t: "live_instance", instance }));
  for (const view of state.probes.values()) socket.send(JSON.stringify({ t: "live_probe", view }));
});

server.listen(PORT, "127.0.0.1", () => console.log(`http://127.0.0.1:${PORT}/#token=${TOKEN}`));
