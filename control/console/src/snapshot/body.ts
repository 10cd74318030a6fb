/** A snapshot's body (docs/snapshot-format.md), checked piece by piece: what is odd is left out, never trusted. */

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
}

export interface Value {
  type?: string;
  text?: string;
  size?: number;
  cut?: string;
  /** The word or pattern that redaction matched. */
  rule?: string;
  items?: number[];
  entries?: [key: number, value: number][];
  fields?: Named[];
}

export interface Body {
  thread: string;
  frames: Frame[];
  framesTotal: number;
  values: Value[];
  captureNs: number;
  cut?: string;
}

type Loose = Record<string, unknown>;

/** The body, or undefined when it is not of a format this console knows. */
export function parseBody(raw: unknown): Body | undefined {
  if (!isObject(raw) || raw.format !== 1 || !Array.isArray(raw.frames) || !Array.isArray(raw.values)) {
    return undefined;
  }
  const values = raw.values.map((value) => parseValue(value, (raw.values as unknown[]).length));
  const frames = raw.frames.filter(isObject).map((frame) => parseFrame(frame, values.length));
  const body: Body = {
    thread: threadName(raw.thread),
    frames,
    framesTotal: Math.max(number(raw.frames_total), frames.length),
    values,
    captureNs: number(raw.capture_ns),
  };
  if (typeof raw.cut === "string") body.cut = raw.cut;
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
  };
  if (Array.isArray(raw.locals)) frame.locals = named(raw.locals, valueCount);
  return frame;
}

function parseValue(raw: unknown, valueCount: number): Value {
  const value: Value = {};
  if (!isObject(raw)) return { cut: "unreadable" };
  for (const key of ["type", "text", "cut", "rule"] as const) {
    const found = text(raw[key]);
    if (found !== undefined) value[key] = found;
  }
  if (typeof raw.size === "number") value.size = raw.size;
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
