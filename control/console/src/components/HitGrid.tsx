import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { type HitRow, type HitTable, isNumeric, TRACE_COLUMN, traceCell } from "../reading";
import { instances } from "../state/hub";
import { openSnapshot, snapshot } from "../state/view";
import { clockTime, isoTime } from "../time";
import { HeadText } from "./HeadText";

interface HitGridProps {
  table: HitTable;
  marked: readonly HitRow[];
  mark: (row: HitRow) => void;
}

/** The ARIA grid pattern by rows: one row takes part in the tab order, arrow keys move, Enter opens, Space marks. */
export function HitGrid({ table, marked, mark }: HitGridProps) {
  const active = useSignal("");
  const body = useRef<HTMLTableSectionElement>(null);
  const wantsFocus = useRef(false);
  const { columns, rows } = table;
  const at = Math.max(
    0,
    rows.findIndex((row) => row.snapshot === (active.value || snapshot.value)),
  );

  useLayoutEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    body.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  });

  const focus = (to: number): void => {
    const row = rows[Math.min(Math.max(to, 0), rows.length - 1)];
    if (!row) return;
    active.value = row.snapshot;
    wantsFocus.current = true;
  };
  const onKey = (event: KeyboardEvent): void => {
    const row = rows[at];
    const moves: Record<string, () => void> = {
      ArrowDown: () => focus(at + 1),
      ArrowUp: () => focus(at - 1),
      PageDown: () => focus(at + 15),
      PageUp: () => focus(at - 15),
      Home: () => focus(0),
      End: () => focus(rows.length - 1),
      Enter: () => row && openSnapshot(row.snapshot),
      " ": () => row && mark(row),
    };
    const move = Object.hasOwn(moves, event.key) ? moves[event.key] : undefined;
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    move();
    event.preventDefault();
    event.stopPropagation();
  };
  const classes = columns.map((path, column) => columnClass(path, isNumeric(table, column)));
  return (
    <div class="hit-grid">
      <table role="grid" aria-label="Hits, newest first" aria-multiselectable="true">
        <thead>
          <tr>
            <th scope="col">
              <span class="sr-only">Compare</span>
            </th>
            <th scope="col">Time</th>
            <th scope="col">Process</th>
            {columns.map((path, column) => (
              <th key={path} scope="col" class={classes[column]} title={path}>
                {path}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={onKey}>
          {rows.map((row, position) => (
            <GridRow
              key={row.snapshot}
              row={row}
              classes={classes}
              current={position === at}
              marked={marked.some((one) => one.snapshot === row.snapshot)}
              mark={() => mark(row)}
              open={() => {
                if (!(window.getSelection()?.isCollapsed ?? true)) return; // text was marked to be copied
                active.value = row.snapshot;
                openSnapshot(row.snapshot);
              }}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const TRACE_CLASS = "mono is-trace";

function columnClass(path: string, numeric: boolean): string {
  if (path === TRACE_COLUMN) return TRACE_CLASS;
  return numeric ? "mono is-number" : "mono";
}

interface GridRowProps {
  row: HitRow;
  classes: readonly string[];
  current: boolean;
  marked: boolean;
  mark: () => void;
  open: () => void;
}

function GridRow({ row, classes, current, marked, mark, open }: GridRowProps) {
  const ms = row.time_us / 1000;
  const process = instances.value.get(row.instance);
  return (
    <tr
      tabIndex={current ? 0 : -1}
      aria-selected={marked}
      aria-current={snapshot.value === row.snapshot ? "true" : undefined}
      onClick={open}
    >
      <td class="is-mark" onClick={(event) => event.stopPropagation()}>
        <input type="checkbox" tabIndex={-1} aria-label="Compare this one" checked={marked} onChange={mark} />
      </td>
      <td class="mono nowrap">
        <time dateTime={isoTime(ms)} title={isoTime(ms)}>
          {clockTime(ms)}
        </time>
      </td>
      <td class="mono muted nowrap" title={process ? `on ${process.host}` : row.instance}>
        {process?.pid ?? row.instance.slice(0, 8)}
      </td>
      {row.cells.map((cell, column) => (
        <td key={column} class={classes[column]}>
          <HeadText head={classes[column] === TRACE_CLASS ? traceCell(cell) : cell} />
        </td>
      ))}
    </tr>
  );
}
