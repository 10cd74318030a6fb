// What the mock's hub says of values in snapshots, of memory and of threads. Hits are those of mock_data.mjs.

function leaf(body, name) {
  const [, ref] = body.frames[0].locals.find(([local]) => local === name) ?? [];
  if (ref === undefined) return { missing: `no variable '${name}' was captured in frame 0` };
  const { items, entries, fields, ...head } = body.values[ref];
  const children = (items ?? entries ?? fields ?? []).length;
  return children > 0 ? { ...head, children, preview: `${head.type}(…)` } : head;
}

/** One row for each hit; paths are followed no further than their first name. */
export function hitTable(hits, query) {
  const columns = (query.get("columns") ?? "subtotal,discount,total").split(",");
  const before = Number(query.get("before") ?? Infinity);
  const limit = Number(query.get("limit") ?? 50);
  const found = hits.filter(({ summary }) => summary.position < before).slice(0, limit);
  const rows = found.map(({ summary, body }) => ({
    ...{ snapshot: summary.id, position: summary.position, time_us: summary.time_us },
    ...{ instance: summary.instance, function: summary.function, line: summary.line },
    cells: columns.map((path) => leaf(body, path.split(/[.[]/)[0])),
  }));
  const next = found.length === limit ? { next: found.at(-1).summary.position } : {};
  return { columns, rows, ...next };
}

export function valueAt({ body }, path) {
  const [name] = path.split(/[.[]/);
  const there = body.frames[0].locals.map(([local]) => local);
  if (there.includes(name)) return { path, found: true, value: 0, values: [leaf(body, name)] };
  const message = `no variable '${name}' was captured in frame 0`;
  return { path, found: false, reached: "", missing: name, reason: "no_name", message, there };
}

export function difference(left, right) {
  const frame = { frame: 0, function: "price_of" };
  const int = (text) => ({ type: "int", text });
  const secret = { type: "str", cut: "redacted:name", rule: "password" };
  return {
    ...{ left: left.summary, right: right.summary, same: false, compared: 128 },
    differences: [
      { kind: "changed", ...frame, path: "basket.customer.id", left: int("4711"), right: int("217") },
      { kind: "changed", ...frame, path: "total", left: int("-374"), right: int("5440") },
      { kind: "added", ...frame, path: "cache['sale']", right: { type: "bool", text: "True" } },
      { kind: "line", frame: 1, function: "checkout", left: { line: 88 }, right: { line: 91 } },
    ],
    unknown: [
      {
        ...{ kind: "redacted", ...frame, path: "customer.password_hash", message: "redacted on both sides" },
        ...{ left: secret, right: secret },
      },
    ],
  };
}

let tracing = false;

export function memory({ op = "status", frames = 1, top = 20 }) {
  if (op === "start") tracing = true;
  if (op === "stop") tracing = false;
  const answer = {
    op,
    tracing,
    own: true,
    frames,
    rss_bytes: 64e6,
    tracer_bytes: tracing ? 3e6 : 0,
    held_us: 900,
  };
  if (op === "census") {
    const rows = [
      { type: "shop.model.Line", blocks: 48_120 + Math.floor(Math.random() * 100), bytes: 2.3e6 },
      { type: "dict", blocks: 3946, bytes: 185_000 },
    ];
    return { ...answer, blocks: 52_066, bytes: 2.5e6, rows };
  }
  if (op !== "diff" && op !== "stop") return answer;
  const row = (line, bytes) => ({
    ...{
      lines: [`/srv/shop/storage.py:${line}`],
      bytes,
      blocks: 300,
      bytes_change: bytes,
      blocks_change: 300,
    },
  });
  const rows = [row(36, 31_457_280), row(52, 4096)].slice(0, top);
  return {
    ...answer,
    elapsed_ms: 60_000,
    bytes: 4e7,
    blocks: 600,
    bytes_change: 3.2e7,
    blocks_change: 600,
    rows,
  };
}

export function threads() {
  const frame = (name, file, line, library) => ({ function: name, file, line, library });
  const stacks = [
    {
      depth: 2,
      frames: [frame("price_of", "/srv/shop/pricing.py", 27), frame("checkout", "/srv/shop/app.py", 88)],
    },
    { depth: 1, frames: [frame("wait", "/usr/lib/python3.13/threading.py", 359, true)] },
  ];
  const pool = Array.from({ length: 12 }, (_, n) => ({
    ...{ native_id: 7100 + n, name: `pool_${n}`, kind: "daemon", state: "sleeping", stack: 1 },
  }));
  const main = { native_id: 7021, name: "MainThread", kind: "main", state: "running", cpu_ms: 312, stack: 0 };
  return {
    at_us: Date.now() * 1000,
    with_gil: true,
    held_us: 84,
    total: 13,
    threads: [main, ...pool],
    stacks,
  };
}
