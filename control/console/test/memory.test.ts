import { describe, expect, it } from "vitest";
import {
  censusChange,
  growth,
  growthSummary,
  type MemoryAnswer,
  signedCount,
  signedSize,
  sizeWords,
  spotOf,
  tracingCost,
} from "../src/memory";

const answer = (more: Partial<MemoryAnswer>): MemoryAnswer => ({ op: "diff", tracing: true, ...more });

describe("sizes", () => {
  it("have the unit that reads well", () => {
    expect([0, 840, 4300, 31_457_280, 3_221_225_472].map(sizeWords)).toEqual([
      "0 B",
      "840 B",
      "4.2 KiB",
      "30.0 MiB",
      "3.0 GiB",
    ]);
  });

  it("say whether it has become more or less", () => {
    expect([1024, 0, -1024].map(signedSize)).toEqual(["+1.0 KiB", "0 B", "−1.0 KiB"]);
    expect([15_360, 0, -3].map(signedCount)).toEqual(["+15,360", "0", "−3"]);
  });

  it("grow by the second, when time has passed", () => {
    expect(growth(31_457_280, 60_000)).toBe("+512.0 KiB/s");
    expect(growth(1, 0)).toBe("");
  });
});

it("a place is a file and a line, or just a text", () => {
  expect(spotOf("/srv/shop/cache.py:13")).toEqual({ file: "/srv/shop/cache.py", line: 13 });
  expect(spotOf("<unknown>:0")).toEqual({ file: "<unknown>", line: 0 });
  expect(spotOf("elsewhere")).toEqual({ file: "elsewhere", line: 0 });
});

it("the cost of tracing grows with the lines that are kept", () => {
  expect(tracingCost(1)).toContain("4 to 13 times");
  expect(tracingCost(5)).toContain("4 to 37 times");
});

it("a comparison says how much, how fast, and what it cost", () => {
  const words = growthSummary(
    answer({ bytes_change: 31_457_280, blocks_change: 15_360, elapsed_ms: 60_000, bytes: 40, held_us: 8100 }),
  );
  for (const part of ["+30.0 MiB in 60.0 s", "+512.0 KiB/s", "+15,360 blocks", "stood still for 8.1 ms"])
    expect(words).toContain(part);
});

it("a census is compared with the one before, where both have the type", () => {
  const before = answer({ rows: [{ type: "dict", bytes: 1, blocks: 10 }] });
  expect(censusChange({ type: "dict", bytes: 1, blocks: 12 }, before)).toBe(2);
  expect(censusChange({ type: "list", bytes: 1, blocks: 12 }, before)).toBeNull();
  expect(censusChange({ type: "dict", bytes: 1, blocks: 12 }, undefined)).toBeNull();
});
