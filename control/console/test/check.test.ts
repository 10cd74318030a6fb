import { describe, expect, it } from "vitest";
import { piecesOf, refusalsOf } from "../src/check";
import type { CheckPart } from "../src/wire";

function refused(text: string, ...parts: Partial<CheckPart>[]) {
  return refusalsOf(text, { parts: parts.map((part) => ({ kind: "refused", message: "no", ...part })) });
}

describe("what a process refuses of an expression", () => {
  it("is the refused parts alone, in the order of the text", () => {
    const parts = [
      { kind: "name", name: "a" },
      { column: 5, end_column: 6, message: "second" },
      { column: 1, end_column: 2, message: "first" },
    ];
    expect(refused("a + b", ...parts).map(({ from, to, message }) => [from, to, message])).toEqual([
      [0, 1, "first"],
      [4, 5, "second"],
    ]);
  });

  it("stands right behind characters of two units and on later lines", () => {
    expect(refused("'🙂' + b", { column: 7, end_column: 8 })[0]).toMatchObject({ from: 7, to: 8 });
    expect(refused("(a\n+ b)", { line: 2, column: 3, end_column: 4 })[0]).toMatchObject({ from: 5, to: 6 });
  });

  it("never leaves the text", () => {
    expect(refused("a <", { column: 9, end_column: 10 })[0]).toMatchObject({ from: 3, to: 3 });
    expect(refused("", {})[0]).toMatchObject({ from: 0, to: 0 });
  });

  it("proposes the text with the part replaced, without writing twice what stands before it", () => {
    const part = { column: 7, end_column: 12, instead: "order._total" };
    expect(refused("order.total < 0", part)[0]?.instead).toEqual({
      words: "order._total",
      text: "order._total < 0",
    });
    const method = { column: 3, end_column: 7, instead: "strip" };
    expect(refused("a.strp()", method)[0]?.instead?.text).toBe("a.strip()");
  });
});

describe("the pieces to underline", () => {
  it("are the text", () => {
    const text = "order.total + order.paid";
    const refusals = refused(text, { column: 7, end_column: 12 }, { column: 21, end_column: 25 });
    const pieces = piecesOf(text, refusals);
    expect(pieces.map((piece) => piece.text).join("")).toBe(text);
    expect(pieces.filter((piece) => piece.refused).map((piece) => piece.text)).toEqual(["total", "paid"]);
  });

  it("do not repeat what two refusals share", () => {
    const pieces = piecesOf("abc", refused("abc", { end_column: 3 }, { column: 2, end_column: 4 }));
    expect(pieces.map((piece) => piece.text)).toEqual(["ab", "c"]);
  });

  it("have one behind the text when something is missing there", () => {
    const pieces = piecesOf("a <", refused("a <", { column: 4, end_column: 5 }));
    expect(pieces).toEqual([
      { text: "a <", refused: false },
      { text: "\u00a0", refused: true },
    ]);
  });
});
