import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { plural } from "../count";
import { shortLocation } from "../location";
import { columnsQuery, type HitRow, type HitTable } from "../reading";
import { type HitTableState, useHits } from "../state/hits";
import { fleet } from "../state/hub";
import { middle, showMiddle } from "../state/view";
import { ColumnsField } from "./ColumnsField";
import { EmptyState } from "./EmptyState";
import { HitGrid } from "./HitGrid";
import { MiddleHead } from "./MiddleHead";

const PAUSE_MS = 300;

/** A table over the hits of one probe: the columns are typed, a row opens the snapshot, two are compared. */
export function HitsPane({ probe, columns }: { probe: string; columns: string }) {
  const hits = useHits(probe, columns);
  const { table, problem, busy, more } = hits;
  /** null: nobody has typed yet, the columns are the hub's choice */
  const typed = useSignal<string | null>(columns || null);
  const marked = useSignal<readonly HitRow[]>([]);
  const view = fleet.value.probes.get(probe);

  useEffect(() => {
    const text = typed.value;
    if (text === null) return;
    const timer = window.setTimeout(() => {
      const query = columnsQuery(text);
      if (query !== columns) middle.value = { kind: "hits", probe, columns: query };
    }, PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [typed.value]);

  const mark = (row: HitRow): void => {
    const without = marked.value.filter(({ snapshot }) => snapshot !== row.snapshot);
    marked.value = without.length < marked.value.length ? without : [...without, row].slice(-2);
  };
  const compare = (): void => {
    const [left, right] = [...marked.value].sort((a, b) => a.position - b.position);
    if (left && right) showMiddle({ kind: "diff", left: left.snapshot, right: right.snapshot });
  };
  const text = typed.value ?? table?.columns.join(", ") ?? "";
  return (
    <div class="middle">
      <MiddleHead
        title={`Hits of ${view ? shortLocation(view.probe.location) : `probe ${probe}`}`}
        about={view?.probe.condition && <code>if {view.probe.condition}</code>}
      >
        <button disabled={marked.value.length < 2} title="Mark two rows first" onClick={compare}>
          Compare {marked.value.length > 0 && `${marked.value.length} of 2`}
        </button>
      </MiddleHead>
      <ColumnsField text={text} table={table} problem={problem} change={(now) => (typed.value = now)} />
      <Failure hits={hits} />
      {table && <Rows table={table} marked={marked.value} mark={mark} />}
      {table && <Foot table={table} busy={busy} more={more} />}
    </div>
  );
}

function Foot({ table, busy, more }: { table: HitTable; busy: boolean; more: () => void }) {
  return (
    <p class="middle-foot muted">
      {plural(table.rows.length, "hit")}
      {table.next !== undefined && (
        <button class="link" disabled={busy} onClick={more}>
          {busy ? "Asking…" : "Older hits"}
        </button>
      )}
      <span class="hint">
        <kbd>Enter</kbd> opens, <kbd>Space</kbd> marks two to compare
      </span>
    </p>
  );
}

function Rows(props: { table: HitTable; marked: readonly HitRow[]; mark: (row: HitRow) => void }) {
  if (props.table.rows.length > 0) return <HitGrid {...props} />;
  return (
    <EmptyState title="No hit yet.">
      <p>Each hit of this probe becomes a row here the moment it is captured.</p>
    </EmptyState>
  );
}

/** What to do when there is no answer; while there is none yet, that it is asked for. */
function Failure({ hits: { table, problem, failure, retry } }: { hits: HitTableState }) {
  if (!failure) return table || problem ? null : <p class="note">Asking the hub…</p>;
  const again = <button onClick={retry}>Try again</button>;
  if (table) {
    return (
      <p class="note problem" role="alert">
        {failure} {again}
      </p>
    );
  }
  return (
    <EmptyState title="This table cannot be shown.">
      <p class="problem" role="alert">
        {failure}
      </p>
      {again}
    </EmptyState>
  );
}
