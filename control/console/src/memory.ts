/** Where memory went, in words: sizes, growth, and what looking costs. Pure. */
import { count } from "./count";
import type { MemoryMessage, MemoryRow } from "./wire";

/** The hub's answer to `POST instances/ID/memory`. */
export type MemoryAnswer = Omit<MemoryMessage, "t" | "request">;

/** `840 B`, `4.2 KiB`, `1.3 MiB` */
export function sizeWords(bytes: number): string {
  let left = bytes;
  for (const unit of ["B", "KiB", "MiB"]) {
    if (Math.abs(left) < 1024) return unit === "B" ? `${Math.round(left)} B` : `${left.toFixed(1)} ${unit}`;
    left /= 1024;
  }
  return `${left.toFixed(1)} GiB`;
}

/** `+4.2 KiB`, `−1.3 MiB`, `0 B` */
export function signedSize(bytes: number): string {
  return sign(bytes) + sizeWords(Math.abs(bytes));
}

/** `+1,024`, `−3`, `0` */
export function signedCount(n: number): string {
  return sign(n) + count(Math.abs(n));
}

function sign(n: number): string {
  return n > 0 ? "+" : n < 0 ? "−" : "";
}

/** Growth each second; empty when no time has passed. */
export function growth(bytes: number, elapsedMs: number): string {
  return elapsedMs > 0 ? `${signedSize((bytes * 1000) / elapsedMs)}/s` : "";
}

export interface Spot {
  file: string;
  /** 0: it is no place in a file */
  line: number;
}

/** `/srv/shop/cache.py:13` */
export function spotOf(text: string): Spot {
  const match = /^(.+):(\d+)$/.exec(text);
  return match ? { file: match[1] ?? "", line: Number(match[2]) } : { file: text, line: 0 };
}

/** What tracing costs, said before it starts. The figures are those of docs/cli.md. */
export function tracingCost(frames: number): string {
  const slower = frames === 1 ? "4 to 13" : frames <= 10 ? "4 to 37" : "more than 37";
  return `Code that allocates much takes ${slower} times as long while allocations are traced, and each block of memory takes about 50 bytes more.`;
}

export const TRACING_ENDS =
  "Tracing ends by itself after 30 minutes, or when its traces take 96 MiB. A process of more than 4 GiB refuses it.";
export const LOOKING_COSTS =
  "To read the traces CPython stops the program: about 0.5 s for each million of them.";
export const CENSUS_COSTS =
  "Counts what the garbage collector knows: containers and instances, no str and no number. The program stands still for at most 50 ms.";

/** What a comparison says of all places together. */
export function growthSummary(answer: MemoryAnswer): string {
  const {
    bytes_change: change = 0,
    blocks_change: blocks = 0,
    elapsed_ms: ms = 0,
    held_us: held = 0,
  } = answer;
  return [
    `${signedSize(change)} in ${(ms / 1000).toFixed(1)} s`,
    growth(change, ms),
    `${signedCount(blocks)} blocks`,
    `${sizeWords(answer.bytes ?? 0)} traced now`,
    `the program stood still for ${milliseconds(held)}`,
  ]
    .filter(Boolean)
    .join(" · ");
}

export function censusSummary(answer: MemoryAnswer): string {
  return `${count(answer.blocks ?? 0)} objects, ${sizeWords(answer.bytes ?? 0)} without what they point to · the program stood still for ${milliseconds(answer.held_us ?? 0)}`;
}

function milliseconds(us: number): string {
  return `${(us / 1000).toFixed(1)} ms`;
}

/** Objects of each type more or less than in the census before; null without one. */
export function censusChange(row: MemoryRow, before: MemoryAnswer | undefined): number | null {
  if (!before) return null;
  const known = before.rows?.find(({ type }) => type === row.type);
  // A type that was not among the rows before may have been there, with fewer objects.
  return known ? row.blocks - known.blocks : null;
}
