import { describe, expect, it } from "vitest";
import { parseBody } from "../src/snapshot/body";

const frame = { function: "f", file: "/a.py", line: 3, locals: [["x", 0]], arguments: 0 };

describe("a snapshot's body", () => {
  it("is refused when its format is not known", () => {
    for (const raw of [
      null,
      1,
      "x",
      [],
      {},
      { format: 2, frames: [], values: [] },
      { format: 1, frames: [] },
    ]) {
      expect(parseBody(raw)).toBeUndefined();
    }
  });

  it("loses references that point outside the list of values", () => {
    const body = parseBody({
      format: 1,
      frames: [{ ...frame, locals: [["x", 0], ["y", 9], ["z", -1], ["w", 0.5], ["v", "0"], [5, 0], "u"] }],
      values: [
        {
          type: "list",
          items: [0, 1, 1e9, null],
          entries: [[0, 0], [0, 7], [0]],
          fields: [
            ["a", 0],
            ["b", 8],
          ],
        },
      ],
    });
    expect(body?.frames[0]?.locals).toEqual([["x", 0]]);
    expect(body?.values[0]).toEqual({ type: "list", items: [0], entries: [[0, 0]], fields: [["a", 0]] });
  });

  it("takes what is not an object as a value that cannot be read", () => {
    expect(parseBody({ format: 1, frames: [frame], values: ["text"] })?.values).toEqual([
      { cut: "unreadable" },
    ]);
  });

  it("tells frames without copied variables from frames without variables", () => {
    const body = parseBody({
      format: 1,
      frames: [
        { ...frame, locals: undefined },
        { ...frame, locals: [] },
      ],
      values: [],
    });
    expect(body?.frames.map(({ locals }) => locals)).toEqual([undefined, []]);
  });

  it("reads what stands around the frames", () => {
    const body = parseBody({
      format: 1,
      thread: { name: "MainThread", id: 1 },
      task: { name: "Task-3", coroutine: "charge" },
      request: { method: "GET", path: "/orders/5", route: "/orders/<id>" },
      trace: { trace_id: "ab", span_id: "cd" },
      awaiters: [
        {
          task: "root",
          coroutine: "main",
          others: 2,
          frames: [{ function: "main", file: "/a.py", line: 3 }],
        },
        5,
      ],
      frames: [
        { ...frame, locals: [["a", 0]], kinds: "v", native: [{ symbol: "list_sort", offset: "0x3c" }, null] },
      ],
      values: [{ type: "numpy.ndarray", text: "[1]", shape: [1], dtype: "int8" }],
    });
    expect(body?.thread).toBe("MainThread · task Task-3 of charge");
    expect(body?.request).toBe("GET /orders/5 (/orders/<id>)");
    expect(body?.trace).toEqual({ traceId: "ab", spanId: "cd" });
    expect(body?.awaiters).toEqual([
      { task: "root", others: 2, frames: [{ function: "main", file: "/a.py", line: 3 }] },
    ]);
    expect(body?.frames[0]?.kinds).toBe("v");
    expect(body?.frames[0]?.native).toEqual([{ symbol: "list_sort", offset: "0x3c" }]);
    expect(body?.values[0]).toEqual({ type: "numpy.ndarray", text: "[1]", shape: [1], dtype: "int8" });
  });

  it("names the greenlet beside its thread", () => {
    const threadOf = (greenlet: unknown) =>
      parseBody({ format: 1, thread: { name: "T", id: 1 }, greenlet, frames: [frame], values: [] })?.thread;
    expect(threadOf({ id: "0x1", type: "greenlet.greenlet", main: true })).toBe("T · main greenlet");
    expect(threadOf({ id: "0x1", type: "gevent.Greenlet", main: false, run: "fetch" })).toBe(
      "T · greenlet 0x1 of fetch (gevent.Greenlet)",
    );
    expect(threadOf({ id: "0x1", type: "Mine", main: false, name: "n" })).toBe("T · greenlet n (Mine)");
    expect(threadOf(undefined)).toBe("T");
  });

  it("does not believe letters that do not fit the locals", () => {
    const body = parseBody({
      format: 1,
      frames: [{ ...frame, locals: [["a", 0]], kinds: "vvv" }],
      values: [{}],
    });
    expect(body?.frames[0]?.kinds).toBeUndefined();
  });

  it("counts at least the frames it has", () => {
    expect(
      parseBody({ format: 1, frames: [frame, frame], frames_total: "many", values: [{}] })?.framesTotal,
    ).toBe(2);
  });

  it("keeps a member named __proto__ out of the prototype", () => {
    const raw: unknown = JSON.parse(
      '{"format": 1, "frames": [], "values": [{"__proto__": {"text": "x"}, "type": "a"}], "__proto__": {"cut": "x"}}',
    );
    const body = parseBody(raw);
    expect(body?.values[0]?.text).toBeUndefined();
    expect(body?.cut).toBeUndefined();
  });
});

it("has watches: objects of the program, values of their own, and why there is none", () => {
  const parsed = parseBody({
    format: 1,
    frames: [],
    values: [{ type: "int", text: "7" }],
    watches: [
      { expression: "order.total", value: 0 },
      { expression: "len(order)", type: "int", text: "3" },
      { expression: "nix", error: "there is no 'nix'" },
      { expression: "card", cut: "redacted:pattern", rule: "card number" },
      { expression: "odd", value: 99 },
    ],
  });
  const shown = parsed?.watches.map(([name, ref]) => [name, parsed.values[ref]]);
  expect(shown?.slice(0, 4)).toEqual([
    ["order.total", { type: "int", text: "7" }],
    ["len(order)", { type: "int", text: "3" }],
    ["nix", { cut: "failed", rule: "there is no 'nix'" }],
    ["card", { cut: "redacted:pattern", rule: "card number" }],
  ]);
});
