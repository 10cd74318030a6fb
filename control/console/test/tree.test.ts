import { describe, expect, it } from "vitest";
import { parseBody, type Body, type Frame } from "../src/snapshot/body";
import {
  filterRows,
  followPath,
  keysAbove,
  makeTree,
  MAX_FILTER_ROWS,
  visibleRows,
  type Row,
} from "../src/snapshot/tree";

function body(values: unknown[], locals: [string, number][], more: object = {}): Body {
  const frame = { function: "f", file: "/a.py", line: 1, locals, arguments: 1, ...more };
  const parsed = parseBody({ format: 1, frames: [frame], frames_total: 1, values, capture_ns: 1 });
  if (!parsed) throw new Error("not a body");
  return parsed;
}

function frameOf(of: Body): Frame {
  const [frame] = of.frames;
  if (!frame) throw new Error("no frame");
  return frame;
}

function rows(of: Body, ...open: string[]): Row[] {
  return visibleRows(makeTree(of.values, frameOf(of)), new Set(open));
}

describe("makeTree", () => {
  it("writes *args and **kwargs as they are defined", () => {
    const of = body(
      [{ text: "1" }],
      [
        ["args", 0],
        ["options", 0],
        ["x", 0],
      ],
      { arguments: 3, kinds: "vwl" },
    );
    expect(rows(of).map(({ label }) => label)).toEqual(["*args", "**options", "x"]);
  });
});

const labels = (list: Row[]): string[] => list.map(({ label }) => label);

const shared = body(
  [
    {
      type: "Order",
      fields: [
        ["customer", 1],
        ["id", 2],
      ],
    },
    { type: "Customer", fields: [["name", 3]] },
    { type: "int", text: "7" },
    { type: "str", text: "'Ada'", size: 3 },
  ],
  [
    ["order", 0],
    ["customer", 1],
    ["same_id", 2],
  ],
);

describe("the tree of variables", () => {
  it("shows the variables closed, arguments first", () => {
    const list = rows(shared);
    expect(labels(list)).toEqual(["order", "customer", "same_id"]);
    expect(list.map(({ kind }) => kind)).toEqual(["argument", "local", "local"]);
    expect(list.map(({ expandable }) => expandable)).toEqual([true, true, false]);
  });

  it("opens an object where its path is shortest and points there from elsewhere", () => {
    const list = rows(shared, "0", "1");
    expect(labels(list)).toEqual(["order", ".customer", ".id", "customer", ".name", "same_id"]);
    expect(list[1]?.same).toEqual({ key: "1", path: "customer", cycle: false });
    expect(list[1]?.expandable).toBe(false);
    expect(list[3]?.same).toBeUndefined();
  });

  it("repeats a leaf instead of pointing at it", () => {
    const list = rows(shared, "0");
    expect(list.filter(({ value }) => value.text === "7").every(({ same }) => same === undefined)).toBe(true);
  });

  it("ends at an object that holds itself", () => {
    const list = rows(body([{ type: "list", size: 1, items: [0] }], [["loop", 0]]), "0", "0/0", "0/0/0");
    expect(labels(list)).toEqual(["loop", "[0]"]);
    expect(list[1]?.same).toEqual({ key: "0", path: "loop", cycle: true });
  });

  it("ends at a cycle over several objects", () => {
    const cycle = body(
      [
        { type: "Node", fields: [["next", 1]] },
        { type: "dict", size: 1, entries: [[2, 0]] },
        { type: "str", text: "'back'" },
      ],
      [["head", 0]],
    );
    const list = rows(cycle, "0", "0/0", "0/0/0", "0/0/0/0");
    expect(labels(list)).toEqual(["head", ".next", "['back']"]);
    expect(list[2]?.path).toBe("head.next['back']");
    expect(list[2]?.same?.cycle).toBe(true);
  });

  it("keeps names like __proto__ and constructor as plain names", () => {
    const odd = body(
      [
        {
          type: "dict",
          size: 2,
          entries: [
            [1, 2],
            [3, 2],
          ],
        },
        { type: "str", text: "'__proto__'" },
        { type: "int", text: "1" },
        { type: "str", text: "'constructor'" },
        {
          type: "Thing",
          fields: [
            ["__proto__", 2],
            ["toString", 2],
          ],
        },
      ],
      [
        ["__proto__", 0],
        ["hasOwnProperty", 4],
      ],
    );
    expect(labels(rows(odd, "0", "1"))).toEqual([
      "__proto__",
      "['__proto__']",
      "['constructor']",
      "hasOwnProperty",
      ".__proto__",
      ".toString",
    ]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("writes members of a set without an index that Python would accept", () => {
    const set = body(
      [
        { type: "set", size: 1, items: [1] },
        { type: "int", text: "1" },
      ],
      [["s", 0]],
    );
    expect(labels(rows(set, "0"))).toEqual(["s", "{0}"]);
  });

  it("hides a redacted key's text", () => {
    const redacted = body(
      [
        { type: "dict", size: 1, entries: [[1, 2]] },
        { type: "str", cut: "redacted:pattern", rule: "jwt", text: "hidden" },
        { type: "int", text: "1" },
      ],
      [["d", 0]],
    );
    expect(labels(rows(redacted, "0"))).toEqual(["d", "[‹redacted›]"]);
  });
});

describe("the filter", () => {
  const filter = (of: Body, wanted: string, open: string[] = []) =>
    filterRows(makeTree(of.values, frameOf(of)), wanted, new Set(open));

  it("finds a value deep in a closed object and shows the way to it", () => {
    const found = filter(shared, "ada");
    expect(labels(found.rows)).toEqual(["customer", ".name"]);
    expect([...found.matches]).toEqual(["1/0"]);
  });

  it("finds by name and by type, in any case", () => {
    expect(labels(filter(shared, "SAME").rows)).toEqual(["same_id"]);
    expect(labels(filter(shared, "order").rows)).toEqual(["order"]);
  });

  it("lets a match be opened", () => {
    expect(labels(filter(shared, "order", ["0"]).rows)).toEqual(["order", ".customer", ".id"]);
  });

  it("shows only the way to a match, also through an object that was open before", () => {
    const list = body(
      [
        { type: "list", size: 2, items: [1, 2] },
        { type: "int", text: "41" },
        { type: "int", text: "42" },
      ],
      [["numbers", 0]],
    );
    expect(labels(filter(list, "42", ["0"]).rows)).toEqual(["numbers", "[1]"]);
  });

  it("never finds what redaction took away", () => {
    const secret = body([{ type: "str", cut: "redacted:name", rule: "pin", text: "4711" }], [["pin", 0]]);
    expect(filter(secret, "4711").rows).toEqual([]);
    expect(labels(filter(secret, "redacted").rows)).toEqual(["pin"]);
  });

  it("stops at a number of matches that a person can read", () => {
    const items = Array.from({ length: MAX_FILTER_ROWS + 20 }, (_, position) => position + 1);
    const values = [
      { type: "list", size: items.length, items },
      ...items.map(() => ({ type: "int", text: "9" })),
    ];
    const found = filter(body(values, [["many", 0]]), "9");
    expect(found.matches.size).toBe(MAX_FILTER_ROWS);
    expect(found.cut).toBe(true);
  });
});

it("names the rows to open so that a deep one shows", () => {
  expect(keysAbove("3/0/12")).toEqual(["3", "3/0"]);
  expect(keysAbove("3")).toEqual([]);
});

describe("a path", () => {
  const of = body(
    [
      {
        type: "Order",
        fields: [
          ["lines", 1],
          ["customer", 4],
          ["lines_total", 3],
        ],
      },
      { type: "list", size: 2, items: [2, 2] },
      { type: "dict", entries: [[5, 3]] },
      { type: "int", text: "7" },
      { type: "Customer", fields: [["name", 5]] },
      { type: "str", text: "'a.b'", size: 3 },
      { type: "set", size: 1, items: [3] },
    ],
    [
      ["order", 0],
      ["customer", 4],
      ["tags", 6],
    ],
  );
  const tree = makeTree(of.values, frameOf(of));
  const labelAt = (path: string) => {
    const followed = followPath(tree, path);
    if (!followed) return undefined;
    const open = new Set([...keysAbove(followed.key), followed.key]);
    const row = visibleRows(tree, open).find(({ key }) => key === followed.key);
    return [row?.path, followed.rest];
  };

  it("leads to the row of its value, over steps of every kind", () => {
    expect(labelAt("order.lines[0]['a.b']")).toEqual(["order.lines[0]['a.b']", ""]);
    expect(labelAt('order.lines[0]["a.b"]')).toEqual(["order.lines[0]['a.b']", ""]);
    expect(labelAt("order.lines[-1]")).toEqual(["order.lines[0]", ""]);
    expect(labelAt("order.lines_total")).toEqual(["order.lines_total", ""]);
    expect(labelAt("tags[0]")).toEqual(["tags{0}", ""]);
  });

  it("leads to where an object is opened, when it stands in several places", () => {
    expect(labelAt("order.customer.name")).toEqual(["customer.name", ""]);
    expect(labelAt("order.customer")).toEqual(["customer", ""]);
  });

  it("says what of it leads nowhere", () => {
    expect(labelAt("order.lines[7].price")).toEqual(["order.lines", "[7].price"]);
    expect(labelAt("order.li")).toEqual(["order", ".li"]);
    expect(labelAt("order.")).toEqual(["order", "."]);
    expect(labelAt("nix.x")).toBeUndefined();
  });

  it("ends, also where an object holds itself", () => {
    const loop = body([{ type: "Node", fields: [["next", 0]] }], [["node", 0]]);
    const path = `node${".next".repeat(50)}`;
    expect(followPath(makeTree(loop.values, frameOf(loop)), path)).toEqual({ key: "0", rest: "" });
  });
});
