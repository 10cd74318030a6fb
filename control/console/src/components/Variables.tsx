import { useComputed, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { plural } from "../count";
import type { Frame, Value } from "../snapshot/body";
import { filterRows, keysAbove, makeTree, MAX_FILTER_ROWS, visibleRows } from "../snapshot/tree";
import { EmptyState } from "./EmptyState";
import { ValueTree } from "./ValueTree";

/** Few variables: open those that are worth it at once. */
const OPEN_AT_MOST = 3;

export function Variables({ frame, values }: { frame: Frame; values: readonly Value[] }) {
  const tree = useMemo(() => makeTree(values, frame), [values, frame]);
  // State belongs to the frame: a new one starts afresh.
  return (
    <section class="variables" aria-labelledby="variables-title">
      {frame.locals ? (
        <VariablesOf key={treeKey(frame)} frame={frame} tree={tree} />
      ) : (
        <>
          <h3 id="variables-title">Variables</h3>
          <EmptyState title="The variables of this frame were not copied.">
            <p>Snapshots copy those of the innermost frames.</p>
          </EmptyState>
        </>
      )}
    </section>
  );
}

function VariablesOf({ frame, tree }: { frame: Frame; tree: ReturnType<typeof makeTree> }) {
  const filter = useSignal("");
  const expanded = useSignal<ReadonlySet<string>>(firstExpanded(tree));
  const shown = useComputed(() => {
    const wanted = filter.value.trim();
    if (wanted) return filterRows(tree, wanted, expanded.value);
    return { rows: visibleRows(tree, expanded.value), matches: new Set<string>(), cut: false };
  });
  const toggle = (key: string, open: boolean): void => {
    const next = new Set(expanded.value);
    if (open) next.add(key);
    else next.delete(key);
    expanded.value = next;
  };
  const reveal = (key: string): void => {
    filter.value = "";
    expanded.value = new Set([...expanded.value, ...keysAbove(key)]);
  };

  return (
    <>
      <div class="section-head">
        <h3 id="variables-title">Variables</h3>
        <input
          type="search"
          class="variables-filter"
          placeholder="Filter"
          aria-label="Filter the variables"
          spellcheck={false}
          value={filter.value}
          onInput={(event) => (filter.value = event.currentTarget.value)}
        />
      </div>
      {shown.value.rows.length > 0 ? (
        <ValueTree
          rows={shown.value.rows}
          values={tree.values}
          matches={shown.value.matches}
          toggle={toggle}
          reveal={reveal}
        />
      ) : (
        <p class="note">{filter.value ? "No variable matches." : "This frame has no variables."}</p>
      )}
      {shown.value.cut && <p class="note">Only the first {MAX_FILTER_ROWS} matches show.</p>}
      {frame.localsCut > 0 && <p class="note">{plural(frame.localsCut, "more variable")} not copied.</p>}
    </>
  );
}

function firstExpanded(tree: ReturnType<typeof makeTree>): Set<string> {
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
