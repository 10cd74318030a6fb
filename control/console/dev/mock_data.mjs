// What the mock plays: the shop of examples/, its processes, and a snapshot with one of everything.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const SHOP = join(dirname(fileURLToPath(import.meta.url)), "../../../examples/shop");
const ROOT = "/srv/shop";
export const PRICING = `${ROOT}/pricing.py`;

const PROGRAM = ["__init__", "app", "model", "payment", "pricing", "seed", "storage", "traffic"];
const LIBRARY = [
  ["json/decoder.py", "json.decoder"],
  ["json/__init__.py", "json"],
  ["sqlite3/dbapi2.py", "sqlite3.dbapi2"],
  ["site-packages/flask/app.py", "flask.app"],
  ["site-packages/flask/wrappers.py", "flask.wrappers"],
  ["site-packages/werkzeug/routing/map.py", "werkzeug.routing.map"],
  ["site-packages/gunicorn/workers/sync.py", "gunicorn.workers.sync"],
];

export const FILES = [
  ...PROGRAM.map((name) => ({ path: `${ROOT}/${name}.py`, module: `shop.${name}` })),
  ...LIBRARY.map(([path, module]) => ({ path: `/usr/lib/python3.13/${path}`, module, library: true })),
];

const CODE_LINES = `
import sys
lines = set()
def walk(code):
    lines.update(line for _, _, line in code.co_lines() if line)
    for const in code.co_consts:
        if hasattr(const, "co_lines"): walk(const)
walk(compile(sys.stdin.read(), "x", "exec"))
print(*sorted(lines))
`;

const sources = new Map();

export function sourceOf(path) {
  if (sources.has(path)) return sources.get(path);
  if (!path?.startsWith(`${ROOT}/`)) return undefined;
  const text = readFileSync(join(SHOP, path.slice(ROOT.length + 1)), "utf8");
  const lines = spawnSync("python3", ["-c", CODE_LINES], { input: text, encoding: "utf8" }).stdout;
  const source = {
    path,
    text,
    sha256: createHash("sha256").update(text).digest("hex"),
    stale: path.endsWith("payment.py"),
    lines_with_code: lines.trim().split(" ").map(Number),
  };
  sources.set(path, source);
  return source;
}

const now = Date.now();

function instance(id, pid, state, more) {
  return {
    id,
    pid,
    state,
    service: "shop",
    host: "web-1",
    python: "3.13.0",
    engine: "monitoring",
    agent_version: "0.1.0",
    command: "gunicorn -w 2 shop.app:create_app()",
    started_at_ms: now - 5_400_000,
    connected_at_ms: now - 5_400_000,
    last_seen_ms: now - 1000,
    ...more,
  };
}

export const INSTANCES = [
  instance("a1f0c2", 7021, "up", { started_at_ms: now - 5_300_000 }),
  instance("a1f0c3", 7022, "up", { started_at_ms: now - 5_300_000 }),
  instance("a1f0c1", 7019, "up", {}),
  instance("99e0aa", 6310, "down", { last_seen_ms: now - 9_000_000 }),
  instance("b7d001", 812, "up", {
    service: "billing-worker",
    host: "jobs-2",
    python: "3.11.7",
    engine: "trace",
    dropped: 3,
  }),
  instance("c00001", 91, "down", { service: "nightly-report", last_seen_ms: now - 40_000_000 }),
];

/** A snapshot as the bug in the shop would leave it, with every kind of value and cut. */
export function makeHit(position, view, state) {
  const seconds = Date.now() * 1000;
  const summary = {
    id: `${state.instance}${String(position).padStart(6, "0")}`,
    position,
    probe: view.probe.id,
    instance: state.instance,
    service: view.probe.service,
    seq: position,
    time_us: seconds,
    function: "price_of",
    file: state.file,
    line: state.line,
    source_sha256: state.source_sha256,
  };
  return { summary, condition: view.probe.condition, body: body(state) };
}

function body(state) {
  const values = [];
  const add = (value) => values.push(value) - 1;
  const int = (n) => add({ type: "int", text: String(n) });
  const str = (text) => add({ type: "str", text: `'${text}'`, size: text.length });
  const product = (sku, title, price) =>
    add({
      type: "shop.model.Product",
      fields: [
        ["sku", str(sku)],
        ["title", str(title)],
        ["price", int(price)],
      ],
    });
  const line = (of, quantity) =>
    add({
      type: "shop.model.Line",
      fields: [
        ["product", of],
        ["quantity", int(quantity)],
      ],
    });
  const customer = add({
    type: "shop.model.Customer",
    fields: [
      ["id", int(4711)],
      ["name", str("<img src=x onerror=alert(1)>")],
      ["email", str("ada@example.org")],
      ["tier", str("gold")],
      ["birthday", add({ type: "datetime.date", text: "datetime.date(1990, 5, 17)" })],
      ["password_hash", add({ type: "str", cut: "redacted:name", rule: "password" })],
    ],
  });
  const lamp = product("lamp", "Desk lamp", 6900);
  const lines = add({
    type: "list",
    size: 2,
    items: [line(lamp, 2), line(product("mug", "Enamel mug", 1450), 1)],
  });
  const coupon = add({
    type: "shop.model.Coupon",
    fields: [
      ["code", str("SPRING")],
      ["percent", int(20)],
    ],
  });
  const basket = add({
    type: "shop.model.Basket",
    fields: [
      ["customer", customer],
      ["lines", lines],
      ["coupon", coupon],
    ],
  });
  const history = add({
    type: "list",
    size: 1_000_000,
    cut: "items",
    items: [int(1), int(2), int(3), basket],
  });
  values[basket].fields.push(["history", history]);
  const cache = add({
    type: "dict",
    size: 3,
    entries: [
      [str("__proto__"), customer],
      [str("featured"), lamp],
      [str("session_token"), add({ type: "str", cut: "redacted:name", rule: "token" })],
    ],
  });
  const locals = [
    ["basket", basket],
    ["today", add({ type: "datetime.date", text: "datetime.date(2026, 5, 17)" })],
    ["customer", customer],
    ["coupon", coupon],
    ["subtotal", int(15250)],
    ["loyalty", int(2287)],
    ["discount", int(9624)],
    ["total", int(-374)],
    ["cache", cache],
    ["note", add({ type: "str", text: `'${"long text ".repeat(20)}'`, size: 50_000, cut: "length" })],
    ["card_number", add({ type: "str", cut: "redacted:name", rule: "card" })],
    ["ratio", add({ cut: "unbound" })],
    ["rules", add({ type: "shop.rules.Engine", cut: "depth" })],
    ["lazy", add({ type: "shop.orm.Lazy", cut: "unreadable" })],
    ["tags", add({ type: "set", size: 0, items: [] })],
    ["one", add({ type: "tuple", size: 1, items: [int(1)] })],
  ];
  const frame = (name, file, at, more) => ({ function: name, file, line: at, ...more });
  const library = "/usr/lib/python3.13/site-packages";
  return {
    format: 1,
    thread: { id: 140231, name: "MainThread" },
    frames_total: 14,
    values,
    capture_ns: 4210,
    frames: [
      frame("price_of", state.file, state.line, { locals, arguments: 2, locals_cut: 3 }),
      frame("checkout", `${ROOT}/app.py`, 88, {
        arguments: 0,
        locals: [
          ["customer", customer],
          ["basket", basket],
          ["password", add({ type: "str", cut: "redacted:name", rule: "password" })],
        ],
      }),
      frame("Flask.dispatch_request", `${library}/flask/app.py`, 902, {
        library: true,
        arguments: 1,
        locals: [],
      }),
      frame("Flask.full_dispatch_request", `${library}/flask/app.py`, 917, { library: true }),
      frame("Flask.wsgi_app", `${library}/flask/app.py`, 1511, { library: true }),
      frame("Flask.__call__", `${library}/flask/app.py`, 1536, { library: true }),
      frame("SyncWorker.handle_request", `${library}/gunicorn/workers/sync.py`, 178, { library: true }),
      frame("SyncWorker.handle", `${library}/gunicorn/workers/sync.py`, 135, { library: true }),
    ],
  };
}
