/** The keys of the ARIA tree and treegrid patterns: one row takes part in the tab order, arrow keys move, open, close. */
import { useSignal } from "@preact/signals";
import { type RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

export interface TreeItem {
  key: string;
  parent: string | null;
  expandable: boolean;
  expanded: boolean;
}

export interface TreeKeys {
  /** Key of the row that takes part in the tab order. */
  current: string | undefined;
  /** Make a row current, and take the focus there once it is drawn. */
  focus: (key: string | null | undefined) => void;
  /** Make a row current that was chosen by other means. */
  choose: (key: string) => void;
  onKey: (event: KeyboardEvent) => void;
}

interface TreeActions<R> {
  toggle: (key: string, open: boolean) => void;
  /** Enter or Space; absent: open or close. */
  act?: (row: R) => void;
}

/** `root` holds the rows; that of `current` must have tabIndex 0, all others -1. */
export function useTreeKeys<R extends TreeItem>(
  rows: readonly R[],
  root: RefObject<HTMLElement>,
  { toggle, act }: TreeActions<R>,
): TreeKeys {
  const active = useSignal("");
  /** How often a row shall have taken the focus, and how often one has. */
  const wished = useSignal(0);
  const granted = useRef(0);
  const wishes = wished.value;
  const current = rows.some((row) => row.key === active.value) ? active.value : rows[0]?.key;

  const focus = (key: string | null | undefined): void => {
    if (key === null || key === undefined) return;
    active.value = key;
    wished.value++;
  };
  // At the commit: an effect after the paint could be that of an earlier rendering, and take the wish from a later one.
  useLayoutEffect(() => {
    if (granted.current === wishes) return;
    granted.current = wishes;
    root.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  });

  const right = (row: R, at: number): void => {
    if (row.expanded) focus(rows[at + 1]?.key);
    else if (row.expandable) toggle(row.key, true);
  };
  const left = (row: R): void => {
    if (row.expanded) toggle(row.key, false);
    else focus(row.parent);
  };
  const enter = (row: R): void => {
    if (act) act(row);
    else if (row.expandable) toggle(row.key, !row.expanded);
  };
  const moves = new Map<string, (row: R, at: number) => void>([
    ["ArrowDown", (_, at) => focus(rows[at + 1]?.key)],
    ["ArrowUp", (_, at) => focus(rows[at - 1]?.key)],
    ["Home", () => focus(rows[0]?.key)],
    ["End", () => focus(rows.at(-1)?.key)],
    ["ArrowRight", right],
    ["ArrowLeft", left],
    ["Enter", enter],
    [" ", enter],
  ]);
  const onKey = (event: KeyboardEvent): void => {
    const at = rows.findIndex((row) => row.key === current);
    const row = rows[at];
    const move = moves.get(event.key);
    if (!row || !move || event.ctrlKey || event.metaKey || event.altKey) return;
    move(row, at);
    event.preventDefault();
    event.stopPropagation();
  };
  return { current, focus, choose: (key) => (active.value = key), onKey };
}
