import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { count } from "../count";
import type { Value } from "../snapshot/body";
import type { Row } from "../snapshot/tree";
import { cutNote, isRedacted, shortType, sizeNote, valueText } from "../snapshot/words";
import { Icon } from "./Icon";

interface ValueTreeProps {
  rows: Row[];
  values: readonly Value[];
  /** Keys of the rows that a filter matched. */
  matches: ReadonlySet<string>;
  toggle: (key: string, open: boolean) => void;
  /** Make the row with this key visible. */
  reveal: (key: string) => void;
}

/** The ARIA tree pattern: one row takes part in the tab order, arrow keys move, open and close. */
export function ValueTree({ rows, values, matches, toggle, reveal }: ValueTreeProps) {
  const active = useSignal("");
  const root = useRef<HTMLDivElement>(null);
  const wantsFocus = useRef(false);
  const current = rows.some((row) => row.key === active.value) ? active.value : rows[0]?.key;

  const focus = (key: string | null | undefined): void => {
    if (key === null || key === undefined) return;
    active.value = key;
    wantsFocus.current = true;
  };
  // At the commit: an effect after the paint could be that of an earlier rendering, and take the wish from a later one.
  useLayoutEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    root.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  });

  const follow = (row: Row): void => {
    if (!row.same) return;
    reveal(row.same.key);
    focus(row.same.key);
  };
  const right = (row: Row, at: number): void => {
    if (row.expanded) focus(rows[at + 1]?.key);
    else if (row.expandable) toggle(row.key, true);
  };
  const left = (row: Row): void => {
    if (row.expanded) toggle(row.key, false);
    else focus(row.parent);
  };
  const act = (row: Row): void => {
    if (row.same) follow(row);
    else if (row.expandable) toggle(row.key, !row.expanded);
  };
  const moves = new Map<string, (row: Row, at: number) => void>([
    ["ArrowDown", (_, at) => focus(rows[at + 1]?.key)],
    ["ArrowUp", (_, at) => focus(rows[at - 1]?.key)],
    ["Home", () => focus(rows[0]?.key)],
    ["End", () => focus(rows.at(-1)?.key)],
    ["ArrowRight", right],
    ["ArrowLeft", left],
    ["Enter", act],
    [" ", act],
  ]);
  const onKey = (event: KeyboardEvent): void => {
    const at = rows.findIndex((row) => row.key === current);
    const row = rows[at];
    const move = moves.get(event.key);
    if (!row || !move) return;
    move(row, at);
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="tree mono" role="tree" aria-labelledby="variables-title" ref={root} onKeyDown={onKey}>
      {rows.map((row) => (
        <TreeRow
          key={row.key}
          row={row}
          values={values}
          current={row.key === current}
          matched={matches.has(row.key)}
          choose={() => {
            if (!(window.getSelection()?.isCollapsed ?? true)) return; // text was marked to be copied
            active.value = row.key;
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

function valueClass(value: Value): string {
  if (isRedacted(value)) return "value is-redacted";
  if (value.text === undefined) return "value is-preview";
  return `value ${LEAF_CLASSES.get(value.type ?? "") ?? "is-object"}`;
}
