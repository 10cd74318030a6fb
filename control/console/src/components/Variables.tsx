import { type Signal, useComputed, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { plural } from "../count";
import type { Body, Frame, Named, Value } from "../snapshot/body";
import {
  filterRows,
  followPath,
  keysAbove,
  makeTree,
  MAX_FILTER_ROWS,
  type Row,
  type Tree,
  visibleRows,
} from "../snapshot/tree";
import { EmptyState } from "./EmptyState";
import { PathNote } from "./PathNote";
import { ValueTree } from "./ValueTree";

/** Few variables: open those that are worth it at once. */
const OPEN_AT_MOST = 3;

interface VariablesProps {
  snapshot: string;
  frame: Frame;
  /** Its number in the stack. */
  number: number;
  values: readonly Value[];
}

export function Variables({ snapshot, frame, number, values }: VariablesProps) {
  const tree = useMemo(() => makeTree(values, frame), [values, frame]);
  // State belongs to the frame: a new one starts afresh.
  return (
    <section class="variables" aria-labelledby="variables-title">
      {frame.locals ? (
        <TreeOf
          key={treeKey(frame)}
          title="Variables"
          id="variables-title"
          tree={tree}
          place={{ snapshot, number }}
        />
      ) : (
        <>
          <h3 id="variables-title">Variables</h3>
          <EmptyState title="The variables of this frame were not copied.">
            <p>Snapshots copy those of the innermost frames.</p>
          </EmptyState>
        </>
      )}
      {frame.locals && frame.localsCut > 0 && (
        <p class="note">{plural(frame.localsCut, "more variable")} not copied.</p>
      )}
    </section>
  );
}

/** What was asked for by itself, `$return` and `$exception`. */
export function Watches({ body, title }: { body: Body; title: string }) {
  const tree = useMemo(() => makeTree(body.values, watchFrame(body.watches)), [body]);
  return (
    <section class="variables" aria-labelledby="watches-title">
      <TreeOf title={title} id="watches-title" tree={tree} />
    </section>
  );
}

function watchFrame(locals: Named[]): Frame {
  return { function: "", file: "", line: 0, library: false, locals, arguments: 0, localsCut: 0, native: [] };
}

interface Shown {
  rows: Row[];
  matches: ReadonlySet<string>;
  cut: boolean;
  /** The part of a path that leads nowhere; empty: all of it was followed, or it is no path. */
  rest: string;
  isPath: boolean;
}

interface TreeOfProps {
  title: string;
  id: string;
  tree: Tree;
  /** Where the hub knows more about a path; absent: there is nothing to search. */
  place?: { snapshot: string; number: number };
}

/** Variables as a tree under their title. */
export function TreeOf({ title, id, tree, place }: TreeOfProps) {
  const filter = useSignal("");
  const expanded = useSignal<ReadonlySet<string>>(firstExpanded(tree));
  /** Key of the row that shall take the focus. */
  const goTo = useSignal("");
  const shown = useComputed(() => shownRows(tree, filter.value.trim(), expanded.value));
  const toggle = (key: string, open: boolean): void => {
    // A row that a path has opened can be closed, too.
    if (shown.value.isPath) leaveFilter(shown.value.rows, filter, expanded);
    const next = new Set(expanded.value);
    if (open) next.add(key);
    else next.delete(key);
    expanded.value = next;
  };
  const reveal = (key: string): void => {
    filter.value = "";
    expanded.value = new Set([...expanded.value, ...keysAbove(key)]);
  };
  const enter = (event: KeyboardEvent): void => {
    const [first] = shown.value.matches;
    if ((event.key !== "Enter" && event.key !== "ArrowDown") || first === undefined) return;
    event.preventDefault();
    goTo.value = first;
  };
  const { rows, matches, cut, rest, isPath } = shown.value;

  return (
    <>
      <div class="section-head">
        <h3 id={id}>{title}</h3>
        {place && (
          <input
            type="search"
            class="variables-filter"
            placeholder="Filter, or a path: a.b[0]"
            aria-label="Filter the variables, or a path into them"
            title="Names, values, types; or a path such as order.lines[0].price: Enter goes there"
            spellcheck={false}
            autocapitalize="off"
            value={filter.value}
            onInput={(event) => (filter.value = event.currentTarget.value)}
            onKeyDown={enter}
          />
        )}
      </div>
      {place && isPath && rest !== "" && (
        <PathNote {...place} path={filter.value.trim()} rest={rest} take={(path) => (filter.value = path)} />
      )}
      {rows.length > 0 ? (
        <ValueTree
          labelledBy={id}
          rows={rows}
          values={tree.values}
          matches={matches}
          toggle={toggle}
          reveal={reveal}
          goTo={goTo}
        />
      ) : (
        <p class="note">{filter.value ? "No variable matches." : "This frame has no variables."}</p>
      )}
      {isPath && <ScrollTo matches={matches} />}
      {cut && <p class="note">Only the first {MAX_FILTER_ROWS} matches show.</p>}
    </>
  );
}

/** What was found by its path comes into sight while it is typed. */
function ScrollTo({ matches }: { matches: ReadonlySet<string> }) {
  const place = useRef<HTMLSpanElement>(null);
  const [key] = matches;
  useEffect(() => {
    place.current?.parentElement?.querySelector(".tree-row.is-match")?.scrollIntoView({ block: "nearest" });
  }, [key]);
  return <span ref={place} />;
}

function shownRows(tree: Tree, wanted: string, expanded: ReadonlySet<string>): Shown {
  const followed = /[.[{]/.test(wanted) ? followPath(tree, wanted) : undefined;
  if (followed) {
    const { key, rest } = followed;
    const rows = visibleRows(tree, new Set([...expanded, ...keysAbove(key), key]));
    return { rows, matches: new Set([key]), cut: false, rest, isPath: true };
  }
  if (wanted) return { ...filterRows(tree, wanted, expanded), rest: "", isPath: false };
  return { rows: visibleRows(tree, expanded), matches: new Set(), cut: false, rest: "", isPath: false };
}

function leaveFilter(
  rows: readonly Row[],
  filter: Signal<string>,
  expanded: Signal<ReadonlySet<string>>,
): void {
  expanded.value = new Set(rows.filter((row) => row.expanded).map(({ key }) => key));
  filter.value = "";
}

function firstExpanded(tree: Tree): Set<string> {
  const open = visibleRows(tree, new Set()).filter((row) => row.expandable && row.value.fields);
  return new Set(open.slice(0, OPEN_AT_MOST).map(({ key }) => key));
}

let treeKeys = 0;
const keys = new WeakMap<Frame, number>();

function treeKey(frame: Frame): number {
  let key = keys.get(frame);
  if (key === undefined) keys.set(frame, (key = ++treeKeys));
  return key;
}
