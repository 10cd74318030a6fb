/**
 * A frame's variables as the rows of a tree. Values form a graph, so each object with children is opened at
 * one place only, the one nearest to the variables; every other place points there. That ends cycles, too.
 */
import type { Frame, Value } from "./body";
import { hasChildren, isRedacted } from "./words";

export type RowKind = "argument" | "local" | "item" | "entry" | "field";

export interface Row {
  /** Place in the tree: names of the way down, unique in the frame. */
  key: string;
  parent: string | null;
  kind: RowKind;
  /** As written in Python: `order`, `[0]`, `['id']`, `.total`. */
  label: string;
  /** The whole way, as an expression: `order.items[0]`. */
  path: string;
  depth: number;
  value: Value;
  expandable: boolean;
  expanded: boolean;
  /** This object stands elsewhere in the tree: that row. */
  same?: { key: string; path: string; cycle: boolean };
}

interface Place {
  key: string;
  parent: string | null;
  kind: RowKind;
  label: string;
  path: string;
  depth: number;
  ref: number;
}

export interface Tree {
  readonly values: readonly Value[];
  readonly roots: readonly Place[];
  /** For each object with children, by its position in `values`: the place where it is opened. */
  readonly homes: ReadonlyMap<number, Place>;
}

/** Rows a filter shows at most; more help nobody. */
export const MAX_FILTER_ROWS = 500;

/** How `*args` and `**kwargs` are written where they are defined. */
const STARS: Record<string, string | undefined> = { v: "*", w: "**" };

export function makeTree(values: readonly Value[], frame: Frame): Tree {
  const roots = (frame.locals ?? []).map(([name, ref], position): Place => ({
    key: `${position}`,
    parent: null,
    kind: position < frame.arguments ? "argument" : "local",
    label: `${STARS[frame.kinds?.[position]?.toLowerCase() ?? ""] ?? ""}${name}`,
    path: name,
    depth: 0,
    ref,
  }));
  return { values, roots, homes: findHomes(values, roots) };
}

/** The rows to show, in order: children only below keys in `expanded`. */
export function visibleRows(
  tree: Tree,
  expanded: ReadonlySet<string>,
  from: readonly Place[] = tree.roots,
): Row[] {
  const rows: Row[] = [];
  const walk = (places: readonly Place[]): void => {
    for (const place of places) {
      const row = makeRow(tree, place, expanded.has(place.key));
      rows.push(row);
      if (row.expanded) walk(childPlaces(tree, place));
    }
  };
  walk(from);
  return rows;
}

/**
 * The rows whose name, type or text contains `wanted` (any case), with the rows above them; all children of a
 * match that is in `expanded`.
 */
export function filterRows(
  tree: Tree,
  wanted: string,
  expanded: ReadonlySet<string>,
): { rows: Row[]; matches: Set<string>; cut: boolean } {
  const needle = wanted.toLowerCase();
  const matches = new Set<string>();
  let cut = false;
  const walk = (places: readonly Place[]): Row[] => {
    const found: Row[] = [];
    for (const place of places) {
      const row = makeRow(tree, place, true);
      let below = row.expanded ? walk(childPlaces(tree, place)) : [];
      const hit = rowContains(row, needle);
      if (hit && matches.size >= MAX_FILTER_ROWS) cut = true;
      else if (hit) matches.add(row.key);
      if (matches.has(row.key) || below.length > 0) {
        if (row.expandable && matches.has(row.key) && expanded.has(row.key))
          below = visibleRows(tree, expanded, childPlaces(tree, place));
        found.push({ ...row, expanded: below.length > 0 }, ...below);
      }
    }
    return found;
  };
  return { rows: walk(tree.roots), matches, cut };
}

/** How far a path leads into the tree. */
export interface Followed {
  /** Key of the last row on the way: where the object stands that the path names. */
  key: string;
  /** What of the path leads nowhere; empty: all of it was followed. */
  rest: string;
}

/** Follow `order.lines[0].price`; undefined when no variable begins the path. */
export function followPath(tree: Tree, path: string): Followed | undefined {
  const wanted = path.trim().replaceAll('"', "'");
  let place = longest(tree.roots.filter((root) => leads(wanted, root.path)));
  if (!place) return undefined;
  let rest = wanted.slice(place.path.length);
  for (;;) {
    const at: Place = tree.homes.get(place.ref) ?? place;
    const below = childPlaces(tree, at);
    const next =
      longest(below.filter(({ label }) => leads(rest, label))) ?? fromTheEnd(tree, at, below, rest);
    if (!next) return { key: at.key, rest };
    rest = rest.slice(next.typed?.length ?? next.label.length);
    place = next;
  }
}

/** Whether the text begins with this step, and another step or nothing follows. */
function leads(text: string, step: string): boolean {
  return text.startsWith(step) && /^($|[.[{])/.test(text.slice(step.length));
}

function longest<P extends Place>(places: P[]): (P & { typed?: string }) | undefined {
  return places.sort((a, b) => b.label.length - a.label.length)[0];
}

/** `[-1]`, and `[0]` for a set's member, which shows as `{0}`. */
function fromTheEnd(
  tree: Tree,
  at: Place,
  below: Place[],
  rest: string,
): (Place & { typed: string }) | undefined {
  const [typed, number] = /^\[(-?\d+)\]/.exec(rest) ?? [];
  const value = tree.values[at.ref];
  if (typed === undefined || !value?.items || (value.cut !== undefined && Number(number) < 0))
    return undefined;
  const items = below.filter(({ kind }) => kind === "item");
  const found = items.at(Number(number));
  return found && { ...found, typed };
}

/** The keys to expand so that the row `key` shows. */
export function keysAbove(key: string): string[] {
  const parts = key.split("/");
  return parts.slice(1).map((_, position) => parts.slice(0, position + 1).join("/"));
}

function rowContains(row: Row, needle: string): boolean {
  if (row.label.toLowerCase().includes(needle)) return true;
  if (isRedacted(row.value)) return "redacted".includes(needle);
  return (
    (row.value.text?.toLowerCase().includes(needle) ?? false) ||
    (row.value.type?.toLowerCase().includes(needle) ?? false)
  );
}

function makeRow(tree: Tree, place: Place, open: boolean): Row {
  const value = tree.values[place.ref] ?? { cut: "unreadable" };
  const home = tree.homes.get(place.ref);
  const here = home === undefined || home.key === place.key;
  const { key, parent, kind, label, path, depth } = place;
  const row: Row = {
    key,
    parent,
    kind,
    label,
    path,
    depth,
    value,
    expandable: here && hasChildren(value),
    expanded: here && open && hasChildren(value),
  };
  if (!here) row.same = { key: home.key, path: home.path, cycle: `${key}/`.startsWith(`${home.key}/`) };
  return row;
}

/** Breadth first, so that an object is opened at its shortest path. */
function findHomes(values: readonly Value[], roots: readonly Place[]): Map<number, Place> {
  const homes = new Map<number, Place>();
  let level: readonly Place[] = roots;
  while (level.length > 0) {
    const next: Place[] = [];
    for (const place of level) {
      const value = values[place.ref];
      if (!value || !hasChildren(value) || homes.has(place.ref)) continue;
      homes.set(place.ref, place);
      next.push(...placesBelow(values, place));
    }
    level = next;
  }
  return homes;
}

function childPlaces(tree: Tree, place: Place): Place[] {
  return placesBelow(tree.values, place);
}

function placesBelow(values: readonly Value[], place: Place): Place[] {
  const value = values[place.ref];
  if (!value) return [];
  const places: Place[] = [];
  const add = (kind: RowKind, label: string, ref: number): void => {
    places.push({
      key: `${place.key}/${places.length}`,
      parent: place.key,
      kind,
      label,
      path: `${place.path}${label}`,
      depth: place.depth + 1,
      ref,
    });
  };
  for (const [name, ref] of value.fields ?? []) add("field", `.${name}`, ref);
  for (const [key, ref] of value.entries ?? []) add("entry", `[${keyText(values[key])}]`, ref);
  const [open, close] = value.type === "set" || value.type === "frozenset" ? "{}" : "[]";
  (value.items ?? []).forEach((ref, position) => add("item", `${open}${position}${close}`, ref));
  return places;
}

function keyText(key: Value | undefined): string {
  if (!key) return "?";
  if (isRedacted(key)) return "‹redacted›";
  return key.text ?? `${key.type ?? "?"}(…)`;
}
