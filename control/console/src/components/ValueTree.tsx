import type { Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { count } from "../count";
import type { Value } from "../snapshot/body";
import type { Row } from "../snapshot/tree";
import { cutNote, isRedacted, shortType, sizeNote, valueText } from "../snapshot/words";
import { Icon } from "./Icon";
import { useTreeKeys } from "./tree_keys";

interface ValueTreeProps {
  /** Id of its title. */
  labelledBy: string;
  rows: Row[];
  values: readonly Value[];
  /** Keys of the rows that a filter matched. */
  matches: ReadonlySet<string>;
  toggle: (key: string, open: boolean) => void;
  /** Make the row with this key visible. */
  reveal: (key: string) => void;
  /** Key of a row that shall take the focus; emptied when it has it. */
  goTo: Signal<string>;
}

/** The ARIA tree pattern. */
export function ValueTree({ labelledBy, rows, values, matches, toggle, reveal, goTo }: ValueTreeProps) {
  const root = useRef<HTMLDivElement>(null);
  const act = (row: Row): void => {
    if (row.same) follow(row);
    else if (row.expandable) toggle(row.key, !row.expanded);
  };
  const { current, focus, choose, onKey } = useTreeKeys(rows, root, { toggle, act });
  const follow = (row: Row): void => {
    if (!row.same) return;
    reveal(row.same.key);
    focus(row.same.key);
  };

  useEffect(() => {
    if (!goTo.value) return;
    focus(goTo.value);
    goTo.value = "";
  }, [goTo.value]);

  return (
    <div class="tree mono" role="tree" aria-labelledby={labelledBy} ref={root} onKeyDown={onKey}>
      {rows.map((row) => (
        <TreeRow
          key={row.key}
          row={row}
          values={values}
          current={row.key === current}
          matched={matches.has(row.key)}
          choose={() => {
            if (!(window.getSelection()?.isCollapsed ?? true)) return; // text was marked to be copied
            choose(row.key);
            if (row.expandable) toggle(row.key, !row.expanded);
          }}
          follow={() => follow(row)}
        />
      ))}
    </div>
  );
}

interface TreeRowProps {
  row: Row;
  values: readonly Value[];
  current: boolean;
  matched: boolean;
  choose: () => void;
  follow: () => void;
}

function TreeRow({ row, values, current, matched, choose, follow }: TreeRowProps) {
  const { value } = row;
  const size = sizeNote(value);
  const cut = cutNote(value);
  return (
    <div
      role="treeitem"
      aria-level={row.depth + 1}
      aria-expanded={row.expandable ? row.expanded : undefined}
      tabIndex={current ? 0 : -1}
      class={`tree-row${matched ? " is-match" : ""}${current ? " is-current" : ""}`}
      style={{ "--depth": String(row.depth) }}
      onClick={choose}
    >
      <span class="twisty">
        {row.expandable && <Icon name={row.expanded ? "down" : "right"} size={12} />}
      </span>
      <span class={`tree-name is-${row.kind}`} title={row.path}>
        {row.label}
      </span>
      <span class="tree-value">
        {row.same ? (
          <SameObject row={row} follow={follow} />
        ) : (
          <span class={valueClass(value)}>{valueText(values, value)}</span>
        )}
        {cut && <span class="tree-note">{cut}</span>}
      </span>
      <span class="tree-type" title={[value.type, size].filter(Boolean).join(", ")}>
        {shortType(value.type)}
        {size && ` · ${count(value.size ?? 0)}`}
      </span>
    </div>
  );
}

function SameObject({ row, follow }: { row: Row; follow: () => void }) {
  return (
    <button
      class="link same"
      tabIndex={-1}
      title={row.same?.cycle ? "It holds itself: go there" : "The same object: go there"}
      onClick={(event) => {
        event.stopPropagation();
        follow();
      }}
    >
      {row.same?.cycle ? "↺" : "→"} same object as {row.same?.path}
    </button>
  );
}

const LEAF_CLASSES = new Map([
  ["str", "is-string"],
  ["bytes", "is-string"],
  ["bytearray", "is-string"],
  ["int", "is-number"],
  ["float", "is-number"],
  ["complex", "is-number"],
  ["bool", "is-word"],
  ["NoneType", "is-word"],
]);

export function valueClass(value: Value): string {
  if (isRedacted(value)) return "value is-redacted";
  if (value.text === undefined) return "value is-preview";
  return `value ${LEAF_CLASSES.get(value.type ?? "") ?? "is-object"}`;
}
