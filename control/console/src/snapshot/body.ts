/** A snapshot's body (docs/snapshot-format.md), checked piece by piece: what is odd is left out, never trusted. */
import { type MemoryReading, parseReading } from "./memory_reading";

export type Named = [name: string, ref: number];

export interface Frame {
  function: string;
  file: string;
  line: number;
  library: boolean;
  /** Absent: the locals of this frame were not copied. */
  locals?: Named[];
  arguments: number;
  localsCut: number;
  /** One letter for each local (docs/snapshot-format.md); absent: captured before there were letters. */
  kinds?: string;
  /** C code between this frame and its caller, when it was asked for. */
  native: NativeFrame[];
}

export interface NativeFrame {
  symbol?: string;
  module?: string;
  offset: string;
}

/** A task that waits for the one before it; `frames` are those of its coroutines, innermost first. */
export interface Awaiter {
  task: string;
  /** So many more wait for the same. */
  others: number;
  frames: { function: string; file: string; line: number }[];
}

export interface Value {
  type?: string;
  text?: string;
  size?: number;
  /** Of items in a row in memory: how many in each dimension, and their type. */
  shape?: number[];
  dtype?: string;
  cut?: string;
  /** The word or pattern that redaction matched. */
  rule?: string;
  items?: number[];
  entries?: [key: number, value: number][];
  fields?: Named[];
}

export interface Body {
  /** The thread, and the task and the greenlet that run in it. */
  thread: string;
  /** `GET /orders/5 (/orders/<int:id>)`; empty: no request is known. */
  request: string;
  trace?: { traceId: string; spanId: string };
  awaiters: Awaiter[];
  frames: Frame[];
  framesTotal: number;
  values: Value[];
  /** Expressions that were asked for, `$return` and `$exception`, with their values. */
  watches: Named[];
  captureNs: number;
  cut?: string;
  /** Of a memory probe. */
  memory?: MemoryReading;
}

type Loose = Record<string, unknown>;

/** The body, or undefined when it is not of a format this console knows. */
export function parseBody(raw: unknown): Body | undefined {
  if (!isObject(raw) || raw.format !== 1 || !Array.isArray(raw.frames) || !Array.isArray(raw.values)) {
    return undefined;
  }
  const values = raw.values.map((value) => parseValue(value, (raw.values as unknown[]).length));
  const rawValues = values.length;
  const frames = raw.frames.filter(isObject).map((frame) => parseFrame(frame, values.length));
  const body: Body = {
    thread: [threadName(raw.thread), taskName(raw.task), greenletName(raw.greenlet)]
      .filter((part) => part !== "")
      .join(" · "),
    request: requestText(raw.request),
    awaiters: list(raw.awaiters).map(parseAwaiter),
    frames,
    framesTotal: Math.max(number(raw.frames_total), frames.length),
    values,
    watches: list(raw.watches).map((watch) => parseWatch(watch, values, rawValues)),
    captureNs: number(raw.capture_ns),
  };
  if (typeof raw.cut === "string") body.cut = raw.cut;
  const memory = parseReading(raw.memory);
  if (memory) body.memory = memory;
  if (isObject(raw.trace)) {
    const traceId = text(raw.trace.trace_id);
    const spanId = text(raw.trace.span_id);
    if (traceId !== undefined && spanId !== undefined) body.trace = { traceId, spanId };
  }
  return body;
}

function parseFrame(raw: Loose, valueCount: number): Frame {
  const frame: Frame = {
    function: text(raw.function) ?? "?",
    file: text(raw.file) ?? "?",
    line: number(raw.line),
    library: raw.library === true,
    arguments: number(raw.arguments),
    localsCut: number(raw.locals_cut),
    native: list(raw.native).map(parseNative),
  };
  if (Array.isArray(raw.locals)) frame.locals = named(raw.locals, valueCount);
  const kinds = text(raw.kinds);
  if (kinds !== undefined && kinds.length === frame.locals?.length) frame.kinds = kinds;
  return frame;
}

/** A watch is an object of the program, or has a value of its own: that is put behind the others. */
function parseWatch(raw: Loose, values: Value[], valueCount: number): Named {
  const name = text(raw.expression) ?? "?";
  if (isRef(raw.value, valueCount)) return [name, raw.value];
  const error = text(raw.error);
  values.push(error === undefined ? parseValue(raw, valueCount) : { cut: "failed", rule: error });
  return [name, values.length - 1];
}

function parseValue(raw: unknown, valueCount: number): Value {
  const value: Value = {};
  if (!isObject(raw)) return { cut: "unreadable" };
  for (const key of ["type", "text", "dtype", "cut", "rule"] as const) {
    const found = text(raw[key]);
    if (found !== undefined) value[key] = found;
  }
  if (typeof raw.size === "number") value.size = raw.size;
  if (Array.isArray(raw.shape)) value.shape = raw.shape.map(number);
  if (Array.isArray(raw.items)) value.items = raw.items.filter((ref) => isRef(ref, valueCount));
  if (Array.isArray(raw.entries)) {
    value.entries = raw.entries.filter(
      (pair): pair is [number, number] =>
        Array.isArray(pair) && isRef(pair[0], valueCount) && isRef(pair[1], valueCount),
    );
  }
  if (Array.isArray(raw.fields)) value.fields = named(raw.fields, valueCount);
  return value;
}

function named(raw: unknown[], valueCount: number): Named[] {
  return raw.filter(
    (pair): pair is Named => Array.isArray(pair) && typeof pair[0] === "string" && isRef(pair[1], valueCount),
  );
}

function threadName(raw: unknown): string {
  if (!isObject(raw)) return "";
  return text(raw.name) ?? (raw.id === undefined ? "" : `thread ${number(raw.id)}`);
}

function taskName(raw: unknown): string {
  if (!isObject(raw)) return "";
  return `task ${text(raw.name) ?? "?"} of ${text(raw.coroutine) ?? "?"}`;
}

function greenletName(raw: unknown): string {
  if (!isObject(raw)) return "";
  if (raw.main === true) return "main greenlet";
  const run = text(raw.run);
  const name = `greenlet ${text(raw.name) ?? text(raw.id) ?? "?"}`;
  return `${name}${run === undefined ? "" : ` of ${run}`} (${text(raw.type) ?? "?"})`;
}

/** A running task by itself: `task Task-3 of charge`, and who awaits it. */
export function parseTask(raw: unknown): { words: string; awaiters: Awaiter[] } {
  return { words: taskName(raw), awaiters: isObject(raw) ? list(raw.awaiters).map(parseAwaiter) : [] };
}

function requestText(raw: unknown): string {
  if (!isObject(raw)) return "";
  const route = text(raw.route);
  const parts = [text(raw.method), text(raw.path), route === undefined ? undefined : `(${route})`];
  return parts.filter((part) => part !== undefined).join(" ");
}

function parseAwaiter(raw: Loose): Awaiter {
  return {
    task: text(raw.task) ?? "?",
    others: number(raw.others),
    frames: list(raw.frames).map((frame) => ({
      function: text(frame.function) ?? "?",
      file: text(frame.file) ?? "?",
      line: number(frame.line),
    })),
  };
}

function parseNative(raw: Loose): NativeFrame {
  const frame: NativeFrame = { offset: text(raw.offset) ?? "" };
  const symbol = text(raw.symbol);
  const module = text(raw.module);
  if (symbol !== undefined) frame.symbol = symbol;
  if (module !== undefined) frame.module = module;
  return frame;
}

function list(raw: unknown): Loose[] {
  return Array.isArray(raw) ? raw.filter(isObject) : [];
}

function isObject(raw: unknown): raw is Loose {
  return typeof raw === "object" && raw !== null && !Array.isArray(raw);
}

function isRef(raw: unknown, valueCount: number): raw is number {
  return Number.isInteger(raw) && (raw as number) >= 0 && (raw as number) < valueCount;
}

function text(raw: unknown): string | undefined {
  return typeof raw === "string" ? raw : undefined;
}

function number(raw: unknown): number {
  return typeof raw === "number" && Number.isFinite(raw) ? raw : 0;
}
