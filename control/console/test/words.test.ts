import { describe, expect, it } from "vitest";
import type { Value } from "../src/snapshot/body";
import { cutNote, sizeNote, valueText } from "../src/snapshot/words";

const text = (value: Value, values: Value[] = []): string => valueText(values, value);

describe("a value in words", () => {
  it("is its text", () => expect(text({ type: "int", text: "42" })).toBe("42"));

  it("is never the text of a redacted value, should there be one", () => {
    expect(text({ type: "str", text: "'hunter2'", cut: "redacted:name", rule: "password" })).toBe("redacted");
  });

  it("shows what containers hold, as Python writes them", () => {
    const values: Value[] = [
      { type: "str", text: "'id'" },
      { type: "int", text: "7" },
      { type: "list", items: [1] },
    ];
    expect(text({ type: "dict", entries: [[0, 1]] }, values)).toBe("{'id': 7}");
    expect(text({ type: "list", items: [1, 2] }, values)).toBe("[7, […]]");
    expect(text({ type: "tuple", items: [1] }, values)).toBe("(7,)");
    expect(text({ type: "shop.Order", fields: [["id", 1]] }, values)).toBe("Order(id=7)");
    expect(text({ type: "collections.deque", items: [1] }, values)).toBe("deque(7)");
  });

  it("shows empty containers as such", () => {
    expect(["list", "tuple", "dict", "set"].map((type) => text({ type, size: 0, items: [] }))).toEqual([
      "[]",
      "()",
      "{}",
      "set()",
    ]);
  });

  it("marks redacted values inside a preview", () => {
    const values: Value[] = [{ type: "str", text: "'x'", cut: "redacted:name", rule: "token" }];
    expect(text({ type: "Login", fields: [["token", 0]] }, values)).toBe("Login(token=‹redacted›)");
  });

  it("says in a preview that there is more", () => {
    const values: Value[] = [{ type: "int", text: "1" }];
    expect(text({ type: "list", size: 9, cut: "items", items: [0] }, values)).toBe("[1, …]");
    expect(text({ type: "list", items: Array.from({ length: 50 }, () => 0) }, values)).toBe(
      "[1, 1, 1, 1, 1, 1, …]",
    );
  });

  it("leaves markup as the text it is", () => {
    expect(text({ type: "str", text: "'<img src=x onerror=alert(1)>'" })).toBe(
      "'<img src=x onerror=alert(1)>'",
    );
  });
});

describe("a note on what is missing", () => {
  const note = (value: Value): string => cutNote(value);

  it("says what an array has in each dimension", () => {
    expect(note({ text: "[[1, ...]]", shape: [1000, 3], dtype: "int8", size: 3000, cut: "items" })).toBe(
      "1,000 × 3 int8",
    );
    expect(note({ text: "5", shape: [], dtype: "float32" })).toBe("float32");
    expect(note({ text: "[...]", shape: [5, 2], dtype: "uint8", cut: "unreadable" })).toMatch(
      /^5 × 2 uint8; not captured/,
    );
  });

  it("tells true sizes in the unit of the type", () => {
    expect(note({ type: "list", size: 1_000_000, cut: "items", items: [0, 1] })).toBe("2 of 1,000,000 items");
    expect(note({ type: "str", size: 5000, cut: "length", text: "'é😀'" })).toBe(
      "first 4 of 5,000 characters",
    );
    expect(note({ type: "bytes", size: 1, cut: "length", text: "b" })).toBe("first 1 of 1 byte");
    expect(note({ type: "dict", size: 3, cut: "depth" })).toBe("3 items, deeper than captured");
  });

  it("names the rule that redacted a value", () => {
    expect(note({ type: "x.Key", cut: "redacted:type", rule: "x.*" })).toBe("type matches “x.*”");
    expect(note({ type: "str", cut: "redacted:unlisted", rule: "allow list" })).toBe("not on the allow list");
    expect(note({ type: "str", cut: "redacted:name", rule: "password" })).toBe("name matches “password”");
    expect(note({ type: "str", cut: "redacted:pattern", rule: "jwt" })).toBe("value matches “jwt”");
  });

  it("has words for every reason, also one of a newer agent", () => {
    for (const cut of ["bytes", "time", "unreadable", "changed", "unbound"])
      expect(note({ cut })).not.toContain("cut:");
    expect(note({ cut: "moonlight" })).toBe("cut: moonlight");
  });

  it("is empty when nothing is missing", () => expect(note({ type: "int", text: "1" })).toBe(""));
});

it("shows sizes of whole containers only", () => {
  expect(sizeNote({ type: "list", size: 1, items: [0] })).toBe("1 item");
  expect(sizeNote({ type: "str", size: 3, text: "'abc'" })).toBe("");
  expect(sizeNote({ type: "list", size: 9, cut: "items", items: [0] })).toBe("");
});
