/** What a hit of a memory probe read (docs/snapshot-format.md), checked piece by piece. Pure. */
import { plural } from "../count";
import { type MemoryAnswer, signedSize } from "../memory";
import type { MemoryRow } from "../wire";

export interface MemoryReading {
  hit: number;
  /** The hit that it is compared with; 0: the moment at which the probe was armed. */
  sinceHit: number;
  /** Of the line, with its condition true, since then. */
  passes: number;
  /** From the hit until the reading began. */
  delayUs: number;
  by: "line" | "traceback";
  /** Sums and rows, as *Memory* shows them. */
  answer: MemoryAnswer;
}

type Loose = Record<string, unknown>;

/** The reading, or undefined where there is none. */
export function parseReading(raw: unknown): MemoryReading | undefined {
  if (!isObject(raw)) return undefined;
  return {
    hit: number(raw.hit),
    sinceHit: number(raw.since_hit),
    passes: number(raw.passes),
    delayUs: number(raw.delay_us),
    by: raw.by === "traceback" ? "traceback" : "line",
    answer: {
      op: "hit",
      tracing: raw.tracing === true,
      elapsed_ms: number(raw.elapsed_ms),
      held_us: number(raw.held_us),
      bytes: number(raw.bytes),
      bytes_change: number(raw.bytes_change),
      blocks_change: number(raw.blocks_change),
      cut: raw.cut === true,
      rows: Array.isArray(raw.rows) ? raw.rows.filter(isObject).map(parseRow) : [],
    },
  };
}

/** `Hit 2, 1,204 passes of the line since hit 1; read 2.2 ms after the hit` */
export function readingWords({ hit, sinceHit, passes, delayUs }: MemoryReading): string {
  const since = sinceHit > 0 ? `hit ${sinceHit}` : "it was armed";
  const delay = (delayUs / 1000).toFixed(1);
  return `Hit ${hit}, ${plural(passes, "pass", "passes")} of the line since ${since}; read ${delay} ms after the hit.`;
}

/** `+5.0 KiB for each pass on average.`; empty where that says nothing. */
export function growthPerPass({ passes, answer }: MemoryReading): string {
  const change = answer.bytes_change ?? 0;
  return passes > 1 && change !== 0 ? `${signedSize(change / passes)} for each pass on average.` : "";
}

function parseRow(raw: Loose): MemoryRow {
  return {
    lines: Array.isArray(raw.lines) ? raw.lines.filter((line) => typeof line === "string") : [],
    bytes: number(raw.bytes),
    blocks: number(raw.blocks),
    bytes_change: number(raw.bytes_change),
    blocks_change: number(raw.blocks_change),
  };
}

function isObject(raw: unknown): raw is Loose {
  return typeof raw === "object" && raw !== null && !Array.isArray(raw);
}

function number(raw: unknown): number {
  return typeof raw === "number" && Number.isFinite(raw) ? raw : 0;
}
