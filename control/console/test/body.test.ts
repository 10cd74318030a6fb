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
