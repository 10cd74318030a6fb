import { describe, expect, it } from "vitest";
import { changedPart, diffRows, diffSections, splitPath } from "../src/diff_rows";
import type { Difference } from "../src/reading";

const at = (path: string, more: Partial<Difference> = {}): Difference => ({
  kind: "changed",
  frame: 0,
  function: "price_of",
  path,
  ...more,
});

const NOTHING: ReadonlySet<string> = new Set();

function lines(
  differences: Difference[],
  unknown: Difference[] = [],
  closed = NOTHING,
  all = true,
): string[] {
  const sections = diffSections({ differences, unknown });
  return diffRows(sections, { closed, unknown: all }).map(
    ({ depth, label, difference, unknown: isUnknown }) =>
      `${"  ".repeat(depth)}${label}${difference ? ` ${isUnknown ? "?" : difference.kind}` : ""}`,
  );
}

describe("a path", () => {
  it("is cut into its steps, not within brackets and quotes", () => {
    expect(splitPath("order.lines[0]['a.b[c]'].x")).toEqual(["order", ".lines", "[0]", "['a.b[c]']", ".x"]);
    expect(splitPath("cart['it\\'s']")).toEqual(["cart", "['it\\'s']"]);
    expect(splitPath("rates[(1, (2, 3))]")).toEqual(["rates", "[(1, (2, 3))]"]);
    expect(splitPath("")).toEqual([]);
    expect(splitPath("a[")).toEqual(["a", "["]);
  });
});

describe("the rows", () => {
  it("are the frames in order, the way to each value, and the value", () => {
    expect(
      lines([
        at("b.x", { frame: 3, function: "main" }),
        at("order.lines[0].price"),
        at("order.lines[1]", { kind: "removed" }),
        at("order.total"),
        { kind: "changed", path: "len(order)" },
      ]),
    ).toEqual([
      "Watches",
      "  len(order) changed",
      "price_of",
      "  order",
      "    .lines",
      "      [0]",
      "        .price changed",
      "      [1] removed",
      "    .total changed",
      "main",
      "  b",
      "    .x changed",
    ]);
  });

  it("have what could not be compared at its place, when it is wanted", () => {
    const redacted = [at("order.email", { kind: "redacted" })];
    expect(lines([at("order.total")], redacted)).toContain("    .email ?");
    expect(lines([at("order.total")], redacted, NOTHING, false)).toEqual([
      "price_of",
      "  order",
      "    .total changed",
    ]);
    expect(lines([], redacted, NOTHING, false)).toEqual([]);
  });

  it("have two lines where two things are said of one value", () => {
    expect(lines([at("a", { kind: "identity" }), at("a", { kind: "size" }), at("a.x")])).toEqual([
      "price_of",
      "  a identity",
      "  a size",
      "    .x changed",
    ]);
  });

  it("say what is said of a frame itself, and keep a frame of the right apart", () => {
    const rows = lines([
      at("", { kind: "line", left: { line: 1 }, right: { line: 2 } }),
      { kind: "frame_removed", frame: 1, function: "gone", left: { line: 5 } },
      { kind: "frame_added", frame: 1, function: "new", right: { line: 6 } },
    ]);
    expect(rows).toEqual(["price_of line", "gone frame_removed", "new frame_added"]);
  });

  it("below one that is closed are not there", () => {
    expect(lines([at("order.total"), at("x")], [], new Set(["frame0/order"]))).toEqual([
      "price_of",
      "  order",
      "  x changed",
    ]);
  });
});

describe("the changed part of a text", () => {
  it("stands between what is the same", () => {
    expect(changedPart("'/basket/7'", "'/pay/7'")).toEqual(["'/", "basket", "/7'"]);
    expect(changedPart("ab", "abc")).toEqual(["ab", "", ""]);
  });

  it("of a long text begins shortly before it, and ends", () => {
    const [before, changed, after] = changedPart(`${"x".repeat(500)}A${"y".repeat(500)}`, "x".repeat(500));
    expect(before).toBe(`…${"x".repeat(12)}`);
    expect(changed.length + after.length).toBeLessThan(200);
  });

  it("never tears a character", () => {
    const [before, changed] = changedPart("a😀b", "a😁b");
    expect(before + changed).toBe("a😀");
    expect(changed).toBe("😀");
  });
});
