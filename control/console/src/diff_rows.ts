/** The differences between two snapshots as the rows of an aligned tree: frames, then the way to each value. Pure. */
import type { Diff, Difference } from "./reading";

export interface DiffRow {
  key: string;
  parent: string | null;
  depth: number;
  /** A step of the way: `order`, `.lines`, `[0]`; of a frame its function. */
  label: string;
  /** The whole way; empty for frames. */
  path: string;
  expandable: boolean;
  expanded: boolean;
  /** Absent: only the way to what is below. */
  difference?: Difference;
  /** What could not be compared. */
  unknown: boolean;
  /** Set for the row of a frame: how many rows are below it. */
  frame?: { number: number | null; differences: number; unknown: number };
}

interface Node {
  key: string;
  label: string;
  path: string;
  differences: { difference: Difference; unknown: boolean }[];
  children: Map<string, Node>;
}

interface Section {
  key: string;
  label: string;
  number: number | null;
  /** What is said of the frame itself: another line, or that one side does not have it. */
  own: Difference | undefined;
  root: Node;
  differences: number;
  unknown: number;
}

const OF_FRAMES = new Set(["line", "frame_added", "frame_removed"]);

/** All frames and watches in which something differs, in the order of the stack. */
export function diffSections({ differences, unknown }: Pick<Diff, "differences" | "unknown">): Section[] {
  const sections = new Map<string, Section>();
  const add = (difference: Difference, isUnknown: boolean): void => {
    const section = sectionOf(sections, difference);
    if (isUnknown) section.unknown++;
    else section.differences++;
    if (OF_FRAMES.has(difference.kind)) section.own = difference;
    else place(section, difference, isUnknown);
  };
  for (const one of differences) add(one, false);
  for (const one of unknown) add(one, true);
  return [...sections.values()].sort((a, b) => (a.number ?? -1) - (b.number ?? -1));
}

function sectionOf(sections: Map<string, Section>, { kind, frame, function: name }: Difference): Section {
  // A frame that only the right has is numbered as there.
  const key = frame === undefined ? "watches" : `${kind === "frame_added" ? "right" : "frame"}${frame}`;
  const found = sections.get(key);
  if (found) return found;
  const root: Node = { key, label: "", path: "", differences: [], children: new Map() };
  const label = frame === undefined ? "Watches" : name || "?";
  const made: Section = {
    key,
    label,
    number: frame ?? null,
    own: undefined,
    root,
    differences: 0,
    unknown: 0,
  };
  sections.set(key, made);
  return made;
}

function place(section: Section, difference: Difference, unknown: boolean): void {
  const path = difference.path ?? "";
  let node = section.root;
  for (const step of section.number === null ? [path] : splitPath(path)) {
    const key = `${node.key}/${step}`;
    const next = node.children.get(step) ?? {
      ...{ key, label: step, path: node.path + step },
      ...{ differences: [], children: new Map<string, Node>() },
    };
    node.children.set(step, next);
    node = next;
  }
  node.differences.push({ difference, unknown });
}

/** `order.lines[0]['a.b']` -> `order`, `.lines`, `[0]`, `['a.b']` */
export function splitPath(path: string): string[] {
  const steps: string[] = [];
  let at = 0;
  while (at < path.length) {
    const end = path.charAt(at) === "[" ? bracketEnd(path, at) : nameEnd(path, at + 1);
    steps.push(path.slice(at, end));
    at = end;
  }
  return steps;
}

function nameEnd(path: string, from: number): number {
  let at = from;
  while (at < path.length && path.charAt(at) !== "." && path.charAt(at) !== "[") at++;
  return at;
}

function bracketEnd(path: string, from: number): number {
  let quote = "";
  let depth = 0;
  for (let at = from; at < path.length; at++) {
    const letter = path.charAt(at);
    if (quote) {
      if (letter === "\\") at++;
      else if (letter === quote) quote = "";
    } else if (letter === "'" || letter === '"') quote = letter;
    else if (letter === "[") depth++;
    else if (letter === "]" && --depth === 0) return at + 1;
  }
  return path.length;
}

export interface DiffShown {
  closed: ReadonlySet<string>;
  /** Also what could not be compared. */
  unknown: boolean;
}

export function diffRows(
  sections: readonly Section[],
  { closed, unknown: withUnknown }: DiffShown,
): DiffRow[] {
  const rows: DiffRow[] = [];
  const walk = (node: Node, parent: string, depth: number): void => {
    const shown = node.differences.filter(({ unknown }) => withUnknown || !unknown);
    const expandable = hasRows(node.children, withUnknown);
    const expanded = expandable && !closed.has(node.key);
    const { key, label, path } = node;
    const base = { parent, depth, label, path };
    const [first, ...more] = shown;
    rows.push({ ...base, key, expandable, expanded, unknown: false, ...first });
    more.forEach((one, index) =>
      rows.push({ ...base, key: `${key} ${index}`, expandable: false, expanded: false, ...one }),
    );
    if (expanded) below(node, key, depth + 1);
  };
  const below = (node: Node, parent: string, depth: number): void => {
    for (const child of node.children.values())
      if (
        child.differences.some(({ unknown }) => withUnknown || !unknown) ||
        hasRows(child.children, withUnknown)
      )
        walk(child, parent, depth);
  };
  for (const section of sections) {
    if (section.differences === 0 && !withUnknown) continue;
    const { key, label, number, own, differences, unknown, root } = section;
    const expandable = hasRows(root.children, withUnknown);
    const expanded = expandable && !closed.has(key);
    const frame = { number, differences, unknown };
    const row = { key, parent: null, depth: 0, label, path: "", expandable, expanded, unknown: false, frame };
    rows.push(own ? { ...row, difference: own } : row);
    if (expanded) below(root, key, 1);
  }
  return rows;
}

function hasRows(children: ReadonlyMap<string, Node>, withUnknown: boolean): boolean {
  return [...children.values()].some(
    (child) =>
      child.differences.some(({ unknown }) => withUnknown || !unknown) ||
      hasRows(child.children, withUnknown),
  );
}

const CONTEXT = 12;
const LONGEST = 160;

/**
 * The part of `text` in which it differs from `other`, with what stands around it: long texts begin shortly before
 * that, and do not go on for ever.
 */
export function changedPart(text: string, other: string): [before: string, changed: string, after: string] {
  let start = 0;
  while (start < text.length && start < other.length && text[start] === other[start]) start++;
  let end = 0;
  const shorter = Math.min(text.length, other.length) - start;
  while (end < shorter && text[text.length - 1 - end] === other[other.length - 1 - end]) end++;
  // No pair of UTF-16 units is torn.
  if (isSecondUnit(text, start)) start--;
  if (isSecondUnit(text, text.length - end)) end--;
  const long = text.length > LONGEST;
  const from = long && start > 2 * CONTEXT ? start - CONTEXT : 0;
  return [
    (from > 0 ? "…" : "") + text.slice(from, start),
    shortened(text.slice(start, text.length - end), LONGEST),
    shortened(text.slice(text.length - end), long ? 2 * CONTEXT : LONGEST),
  ];
}

function isSecondUnit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff;
}

function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
