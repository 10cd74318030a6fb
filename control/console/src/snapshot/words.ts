/** Values in words: one line each, and quiet notes on what was left out. Text only, never markup. */
import { count, plural } from "../count";
import type { Value } from "./body";

const PREVIEW_CHARACTERS = 72;
const PREVIEW_PARTS = 6;

export function isRedacted(value: Value): boolean {
  return value.cut?.startsWith("redacted") ?? false;
}

export function hasChildren(value: Value): boolean {
  return childCount(value) > 0;
}

export function childCount(value: Value): number {
  return (value.items?.length ?? 0) + (value.entries?.length ?? 0) + (value.fields?.length ?? 0);
}

/** What stands where the value would: its text, or a short view of what it holds. */
export function valueText(values: readonly Value[], value: Value): string {
  if (isRedacted(value)) return "redacted";
  if (value.text !== undefined) return value.text;
  return hasChildren(value) ? preview(values, value) : emptyText(value);
}

const CUT_NOTES = new Map([
  ["bytes", "left out: the snapshot reached its size limit"],
  ["time", "left out: the snapshot reached its time limit"],
  ["unreadable", "not captured: reading it would run the program's code"],
  ["changed", "not captured: it changed meanwhile"],
  ["unbound", "not assigned at this point"],
]);

/** Why something is missing, for people; empty when nothing is. */
export function cutNote(value: Value): string {
  if (isWholeArray(value)) return shapeText(value);
  return [value.shape === undefined ? "" : shapeText(value), missingNote(value)]
    .filter((part) => part !== "")
    .join("; ");
}

function missingNote(value: Value): string {
  const { cut } = value;
  if (!cut) return "";
  if (cut.startsWith("redacted")) return redactionNote(value);
  switch (cut) {
    case "items":
      return `${count(childCount(value))} of ${sizeText(value)}`;
    case "length":
      return `first ${count(Array.from(value.text ?? "").length)} of ${sizeText(value)}`;
    case "depth":
      return value.size === undefined ? "deeper than captured" : `${sizeText(value)}, deeper than captured`;
    case "failed":
      return value.rule ?? "could not be evaluated";
    default:
      return CUT_NOTES.get(cut) ?? `cut: ${cut}`;
  }
}

/** Its shape tells what is missing. */
function isWholeArray(value: Value): boolean {
  return value.shape !== undefined && (value.cut === undefined || value.cut === "items");
}

/** `1,000 × 3 float64`: what an array has in each dimension, and of which type. */
function shapeText(value: Value): string {
  return [(value.shape ?? []).map(count).join(" × "), value.dtype ?? ""]
    .filter((part) => part !== "")
    .join(" ");
}

/** `1,000,000 items`; the unit follows the type. */
export function sizeText(value: Value): string {
  if (value.size === undefined) return "";
  switch (value.type) {
    case "str":
      return plural(value.size, "character");
    case "bytes":
    case "bytearray":
    case "memoryview":
      return plural(value.size, "byte");
    case "int":
      return plural(value.size, "bit");
    default:
      return plural(value.size, "item");
  }
}

/** Sizes say something for containers; a short string shows its length itself. */
export function sizeNote(value: Value): string {
  if (value.size === undefined || value.cut !== undefined) return "";
  return (value.items ?? value.entries) ? sizeText(value) : "";
}

/** The type without its module: `shop.pricing.Order` -> `Order`. */
export function shortType(type: string | undefined): string {
  return type === undefined ? "" : type.slice(type.lastIndexOf(".") + 1);
}

function redactionNote(value: Value): string {
  const kind = value.cut?.split(":")[1] ?? "";
  if (kind === "unlisted") return "not on the allow list";
  const what = { name: "name matches", pattern: "value matches", type: "type matches" }[kind];
  return value.rule ? `${what ?? "matches"} “${value.rule}”` : "never left the process";
}

const BRACKETS = new Map([
  ["list", "[]"],
  ["tuple", "()"],
  ["set", "{}"],
  ["frozenset", "{}"],
  ["dict", "{}"],
]);

function preview(values: readonly Value[], value: Value): string {
  const brackets = value.fields ? "()" : (BRACKETS.get(value.type ?? "") ?? "()");
  const name = BRACKETS.has(value.type ?? "") ? "" : shortType(value.type);
  const parts: string[] = [];
  let length = 0;
  let whole = value.cut === undefined;
  for (const part of previewParts(values, value)) {
    if (parts.length === PREVIEW_PARTS || (parts.length > 0 && length + part.length > PREVIEW_CHARACTERS)) {
      whole = false;
      break;
    }
    parts.push(part);
    length += part.length;
  }
  const comma = whole && value.type === "tuple" && parts.length === 1 ? "," : "";
  return `${name}${brackets.charAt(0)}${parts.join(", ")}${whole ? comma : ", …"}${brackets.charAt(1)}`;
}

function* previewParts(values: readonly Value[], value: Value): Generator<string> {
  for (const ref of value.items ?? []) yield glimpse(values[ref]);
  for (const [key, held] of value.entries ?? []) yield `${glimpse(values[key])}: ${glimpse(values[held])}`;
  for (const [name, held] of value.fields ?? []) yield `${name}=${glimpse(values[held])}`;
}

function glimpse(value: Value | undefined): string {
  if (!value) return "…";
  if (isRedacted(value)) return "‹redacted›";
  if (value.text !== undefined) return value.text.length > 32 ? `${value.text.slice(0, 31)}…` : value.text;
  const brackets = BRACKETS.get(value.type ?? "");
  if (!brackets) return `${shortType(value.type) || "…"}${hasChildren(value) ? "(…)" : ""}`;
  return hasChildren(value) ? `${brackets.charAt(0)}…${brackets.charAt(1)}` : emptyText(value);
}

function emptyText(value: Value): string {
  if (value.cut === "unbound") return "unbound";
  if (value.cut === "failed") return "no value";
  if (value.cut !== undefined && value.cut !== "items") return "…";
  switch (value.type) {
    case "set":
    case "frozenset":
      return `${value.type}()`;
    default:
      return BRACKETS.get(value.type ?? "") ?? `${shortType(value.type)}()`;
  }
}
