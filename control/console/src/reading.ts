/** What the hub answers about values in snapshots (docs/api.md, "Reading"): heads, tables, differences. Pure. */
import type { Value } from "./snapshot/body";
import { childCount, cutNote, isRedacted, shortType, sizeText } from "./snapshot/words";
import { count } from "./count";
import type { SnapshotSummary } from "./wire";

/** A value without what is below it. */
export interface Head extends Omit<Value, "items" | "entries" | "fields"> {
  children?: number;
  preview?: string;
}

/** A cell of a table: a head, or why there is none. */
export interface Cell extends Head {
  missing?: string;
}

export interface HitRow {
  snapshot: string;
  position: number;
  time_us: number;
  instance: string;
  function?: string;
  line?: number;
  cells: Cell[];
}

export interface HitTable {
  columns: string[];
  rows: HitRow[];
  /** Position to go on before; absent: there is no more. */
  next?: number;
}

export interface ValueAnswer {
  path: string;
  found: boolean;
  value?: number;
  values?: Value[];
  reached?: string;
  missing?: string;
  reason?: string;
  message?: string;
  /** The steps that would lead on. */
  there?: string[];
}

export interface Place {
  file?: string;
  line?: number;
}

export interface Difference {
  kind: string;
  /** Absent: of the watches. */
  frame?: number;
  function?: string;
  path?: string;
  right_path?: string;
  message?: string;
  left?: Head & Place;
  right?: Head & Place;
}

export interface Diff {
  left: SnapshotSummary;
  right: SnapshotSummary;
  same: boolean;
  compared: number;
  differences: Difference[];
  unknown: Difference[];
  more?: number;
  cut?: boolean;
}

/** What stands where the value would. */
export function headText(head: Head): string {
  if (isRedacted(head)) return "redacted";
  if (head.text !== undefined) return head.text;
  if (head.cut === "unbound") return "unbound";
  return (
    head.preview ?? (head.type === undefined ? "…" : `${shortType(head.type)}${head.cut ? "(…)" : "()"}`)
  );
}

/** Why something of it is missing; empty when nothing is. */
export function headNote(head: Head): string {
  if (head.cut === "items" && head.shape === undefined) {
    return `${count(head.children ?? childCount(head))} of ${sizeText(head)}`;
  }
  return cutNote(head);
}

// ---- Columns ----

export interface Piece {
  path: string;
  /** Where it stands in the text: [from, to), without blanks. */
  from: number;
  to: number;
}

/** The paths of a text with commas between them; commas in brackets and quotes belong to a path. */
export function splitColumns(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  let depth = 0;
  let quote = "";
  const end = (to: number): void => {
    const raw = text.slice(from, to);
    const start = from + (raw.length - raw.trimStart().length);
    const path = raw.trim();
    pieces.push({ path, from: Math.min(start, to), to: Math.min(start, to) + path.length });
    from = to + 1;
  };
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at);
    if (quote) {
      if (letter === "\\") at++;
      else if (letter === quote) quote = "";
    } else if (depth > 0 && (letter === "'" || letter === '"')) quote = letter;
    else if ("[({".includes(letter)) depth++;
    else if ("])}".includes(letter)) depth = Math.max(0, depth - 1);
    else if (letter === "," && depth === 0) end(at);
  }
  end(text.length);
  return pieces;
}

/** As the hub wants them: no empty place, which is only one that is being typed. */
export function columnsQuery(text: string): string {
  return splitColumns(text)
    .map(({ path }) => path)
    .filter((path) => path !== "")
    .join(",");
}

/** Why a column shows nothing in any row; empty when it shows something, or there is no row. */
export function columnProblem(table: HitTable, column: number): string {
  const [first, ...rest] = table.rows.map(({ cells }) => cells[column]?.missing ?? "");
  return first && rest.every((missing) => missing !== "") ? first : "";
}

/** Where the id of the trace stands: long, and there to tell the hits of one trace. */
export const TRACE_COLUMN = "$trace_id";

/** An id is no text of the program: it stands without quotes. */
export function traceCell(cell: Cell): Cell {
  return cell.text === undefined ? cell : { ...cell, text: cell.text.replace(/^'(.*)'$/, "$1") };
}

/** Numbers stand to the right. */
export function isNumeric(table: HitTable, column: number): boolean {
  const types = table.rows.map(({ cells }) => cells[column]).filter((cell) => cell && !cell.missing);
  return types.length > 0 && types.every((cell) => cell?.type === "int" || cell?.type === "float");
}

/** The part of an unfinished path that can be followed, and the beginning of the step behind it. */
export function unfinished(path: string): { base: string; step: string } {
  const match = /^(.*?)(\.|\[[^\]]*)$/s.exec(path);
  return { base: match?.[1] ?? path, step: match?.[2] ?? "" };
}

const OFFERED = 12;

/** Paths that could be meant: what the hub says is there, those that begin like what was typed first. */
export function offers(answer: ValueAnswer, step: string): string[] {
  const found = answer.found;
  const base = found ? answer.path : (answer.reached ?? "");
  const typed = (found ? step : (answer.missing ?? "")).toLowerCase();
  const steps = found ? stepsBelow(answer) : (answer.there ?? []);
  const fitting = steps.filter((one) => one.toLowerCase().startsWith(typed));
  return (fitting.length > 0 ? fitting : steps).slice(0, OFFERED).map((one) => base + one);
}

function stepsBelow({ value = 0, values = [] }: ValueAnswer): string[] {
  const of = values[value];
  return [
    ...(of?.fields ?? []).map(([name]) => `.${name}`),
    ...(of?.entries ?? []).map(([key]) => `[${values[key]?.text ?? "?"}]`).filter((step) => step !== "[?]"),
    ...(of?.items ?? []).map((_, index) => `[${index}]`),
  ];
}

/** New rows in front of those that are known; `null` when there is a gap between them. */
export function joinRows(fresh: readonly HitRow[], known: readonly HitRow[]): HitRow[] | null {
  const newest = known[0]?.position ?? 0;
  const added = fresh.filter(({ position }) => position > newest);
  if (known.length > 0 && added.length === fresh.length && fresh.length > 0) return null;
  return [...added, ...known];
}
