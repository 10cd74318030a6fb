import { describe, expect, it } from "vitest";
import {
  columnProblem,
  columnsQuery,
  headNote,
  headText,
  type HitRow,
  type HitTable,
  isNumeric,
  joinRows,
  offers,
  splitColumns,
  unfinished,
  type ValueAnswer,
  traceCell,
} from "../src/reading";

const row = (position: number, ...cells: HitRow["cells"]): HitRow => ({
  snapshot: `s${position}`,
  position,
  time_us: position,
  instance: "a",
  cells,
});

const int = (text: string) => ({ type: "int", text });

describe("columns that are typed", () => {
  it("are paths with commas between them, not those in brackets and quotes", () => {
    const paths = (text: string) => splitColumns(text).map(({ path }) => path);
    expect(paths("user.id, total")).toEqual(["user.id", "total"]);
    expect(paths("rates[(1, 2)],cart['a,b'].x , max(a, b)")).toEqual([
      "rates[(1, 2)]",
      "cart['a,b'].x",
      "max(a, b)",
    ]);
    expect(paths("cart['it\\'s, so']")).toEqual(["cart['it\\'s, so']"]);
    expect(paths("cart['],['].x,total")).toEqual(["cart['],['].x", "total"]);
    expect(paths("")).toEqual([""]);
  });

  it("know where they stand in the text", () => {
    const text = "user.id,  total ,";
    expect(splitColumns(text).map(({ from, to }) => text.slice(from, to))).toEqual(["user.id", "total", ""]);
  });

  it("are asked for without the place that is still being typed", () => {
    expect(columnsQuery(" user.id,, total,")).toBe("user.id,total");
    expect(columnsQuery("")).toBe("");
  });

  it("are wrong when no hit has them, not when one lacks them", () => {
    const table: HitTable = {
      columns: ["total", "coupon.code", "nix"],
      rows: [
        row(2, int("7"), { missing: "coupon is a NoneType" }, { missing: "no variable 'nix'" }),
        row(1, int("8"), { type: "str", text: "'X'" }, { missing: "no variable 'nix'" }),
        row(0, int("9"), { missing: "coupon is a NoneType" }, { missing: "no variable 'nix'" }),
      ],
    };
    expect([0, 1, 2].map((column) => columnProblem(table, column))).toEqual(["", "", "no variable 'nix'"]);
    expect(columnProblem({ columns: ["nix"], rows: [] }, 0)).toBe("");
    expect([0, 1, 2].map((column) => isNumeric(table, column))).toEqual([true, false, false]);
  });
});

describe("what is offered for a path", () => {
  it("begins with what was typed, in any case", () => {
    const answer: ValueAnswer = {
      ...{ path: "user.NA", found: false, reached: "user", missing: ".NA" },
      there: [".id", ".name", ".nation"],
    };
    expect(offers(answer, "")).toEqual(["user.name", "user.nation"]);
    expect(offers({ ...answer, missing: ".zip" }, "")).toEqual(["user.id", "user.name", "user.nation"]);
  });

  it("is what is below, when the path leads somewhere", () => {
    const values = [
      { type: "dict", entries: [[1, 2] as [number, number]] },
      { type: "str", text: "'sku'" },
      int("1"),
    ];
    expect(offers({ path: "order", found: true, value: 0, values }, "")).toEqual(["order['sku']"]);
    const list = { path: "lines", found: true, value: 0, values: [{ type: "list", items: [1] }, int("1")] };
    expect(offers(list, "[")).toEqual(["lines[0]"]);
    expect(offers({ path: "total", found: true, value: 0, values: [int("1")] }, "")).toEqual([]);
  });

  it("is asked for what stands before the unfinished step", () => {
    expect(unfinished("user.")).toEqual({ base: "user", step: "." });
    expect(unfinished("cart.lines['a")).toEqual({ base: "cart.lines", step: "['a" });
    expect(unfinished("cart[0].price")).toEqual({ base: "cart[0].price", step: "" });
  });
});

describe("rows that arrive", () => {
  const [a, b, c, d] = [row(1), row(2), row(3), row(4)];

  it("stand in front, each once", () => expect(joinRows([c, b], [b, a])).toEqual([c, b, a]));

  it("are all there when nothing was known", () => expect(joinRows([b, a], [])).toEqual([b, a]));

  it("replace the others when some between them may be missing", () =>
    expect(joinRows([d, c], [a])).toBeNull());
});

describe("a value on one line", () => {
  it("is without quotes when it is the id of a trace", () => {
    expect(traceCell({ type: "str", text: "'4bf9'" }).text).toBe("4bf9");
    expect(traceCell({ missing: "no span was current" })).toEqual({ missing: "no span was current" });
  });

  it("says that it is redacted and why, and nothing of its text", () => {
    const head = { type: "str", cut: "redacted:name", rule: "email", text: "x" };
    expect(headText(head)).toBe("redacted");
    expect(headNote(head)).toBe("name matches “email”");
  });

  it("is its text, its preview, or its type", () => {
    expect(headText(int("7"))).toBe("7");
    expect(headText({ type: "shop.Order", preview: "Order(id=1)", children: 1 })).toBe("Order(id=1)");
    expect(headText({ type: "shop.Order", cut: "depth" })).toBe("Order(…)");
    expect(headNote({ type: "list", size: 1000, children: 3, cut: "items" })).toBe("3 of 1,000 items");
  });
});
