import { describe, expect, it } from "vitest";
import { parseBody } from "../src/snapshot/body";
import { growthPerPass, parseReading, readingWords } from "../src/snapshot/memory_reading";

const READING = {
  ...{ hit: 2, since_hit: 1, passes: 1204, delay_us: 2210, by: "traceback" },
  ...{ elapsed_ms: 10_000, held_us: 3100, bytes: 6_710_886, bytes_change: 6_164_480, blocks_change: 1204 },
  rows: [{ lines: ["/srv/shop/cache.py:13"], bytes: 6_164_480, blocks: 1204, bytes_change: 6_164_480 }],
};

describe("the reading of a memory probe", () => {
  it("is part of the body, and only of its body", () => {
    const body = { format: 1, frames: [], values: [] };
    expect(parseBody({ ...body, memory: READING })?.memory?.by).toBe("traceback");
    expect(parseBody(body)?.memory).toBeUndefined();
  });

  it("says in words what it compares", () => {
    const reading = parseReading(READING);
    if (!reading) throw new Error("no reading");
    expect(readingWords(reading)).toBe(
      "Hit 2, 1,204 passes of the line since hit 1; read 2.2 ms after the hit.",
    );
    expect(growthPerPass(reading)).toBe("+5.0 KiB for each pass on average.");
    expect(readingWords({ ...reading, hit: 1, sinceHit: 0, passes: 1 })).toContain(
      "Hit 1, 1 pass of the line since it was armed",
    );
    expect(growthPerPass({ ...reading, passes: 1 })).toBe("");
  });

  it("leaves out what is odd", () => {
    const odd = { hit: "2", by: "<b>", bytes: null, rows: [null, { lines: [1, "a:1"], bytes: {} }, "row"] };
    expect(parseReading(odd)).toMatchObject({
      ...{ hit: 0, by: "line" },
      answer: { bytes: 0, rows: [{ lines: ["a:1"], bytes: 0, blocks: 0 }] },
    });
    expect(parseReading([])).toBeUndefined();
    expect(parseReading({ rows: {} })?.answer.rows).toEqual([]);
  });
});
