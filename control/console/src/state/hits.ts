/** A table over the hits of one probe: the first page, older ones when asked for, and what comes meanwhile. */
import { computed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ApiFailure, readHits } from "../api";
import { type HitTable, joinRows } from "../reading";
import { hasBody } from "./fleet";
import { fleet } from "./hub";
import { messageOf } from "./session";
import { middle } from "./view";

const PAGE_ROWS = 50;
/** Hits may come fast; the table follows at this pace. */
const REFRESH_MS = 1000;

export interface HitTableState {
  /** undefined: not answered yet */
  table: HitTable | undefined;
  /** What the hub says about the columns. */
  problem: string;
  /** Why there is no answer; what shows may be old. */
  failure: string;
  busy: boolean;
  /** Bring the next page of older hits. */
  more: () => void;
  retry: () => void;
}

/** Position of the newest hit of the probe whose table is open. */
const newest = computed(() => {
  const open = middle.value;
  if (open.kind !== "hits") return 0;
  return fleet.value.hits.find((hit) => hit.probe === open.probe && hasBody(hit))?.position ?? 0;
});

export function useHits(probe: string, columns: string): HitTableState {
  const table = useSignal<HitTable | undefined>(undefined);
  const problem = useSignal("");
  const failure = useSignal("");
  const busy = useSignal(false);
  const abort = useRef(new AbortController());
  const timer = useRef<number | undefined>(undefined);

  /** Whether there was an answer that still counts. */
  const attempt = async (
    wanted: string,
    before: number,
    take: (page: HitTable) => HitTable,
  ): Promise<boolean> => {
    const { signal } = abort.current;
    const ask = { columns: wanted, limit: PAGE_ROWS };
    busy.value = true;
    try {
      const page = await readHits(probe, before > 0 ? { ...ask, before } : ask, signal);
      if (signal.aborted) return false;
      table.value = take(page);
      problem.value = failure.value = "";
    } catch (error) {
      if (signal.aborted) return false;
      const isColumns = error instanceof ApiFailure && error.status === 400;
      problem.value = isColumns ? messageOf(error) : "";
      failure.value = isColumns ? "" : messageOf(error);
    }
    busy.value = false;
    return problem.peek() + failure.peek() === "";
  };
  /** What follows has the columns of the first page, also where the hub chose them. */
  const shownColumns = (): string => columns || (table.peek()?.columns.join(",") ?? "");

  const older = async (): Promise<boolean> => {
    const shown = table.peek();
    if (shown?.next === undefined) return false;
    return attempt(shownColumns(), shown.next, (page) => {
      const rows = [...(table.peek() ?? shown).rows, ...page.rows];
      return { ...page, rows };
    });
  };
  /** The first page. A hub that is busy answers with a part of it, and goes on where it stopped when asked again. */
  const fill = async (): Promise<void> => {
    let answered = await attempt(columns, 0, (page) => page);
    while (answered && (table.peek()?.rows.length ?? 0) < PAGE_ROWS) answered = await older();
  };

  useEffect(() => {
    abort.current = new AbortController();
    void fill();
    return () => {
      abort.current.abort();
      window.clearTimeout(timer.current);
      timer.current = undefined;
    };
  }, [probe, columns]);

  const latest = newest.value;
  useEffect(() => {
    const shown = table.peek();
    if (!shown || latest <= (shown.rows[0]?.position ?? 0)) return;
    timer.current ??= window.setTimeout(() => {
      timer.current = undefined;
      void attempt(shownColumns(), 0, (page) => withNewer(table.peek(), page));
    }, REFRESH_MS);
  }, [latest, table.value]);

  const more = (): void => {
    if (!busy.peek()) void older();
  };
  return {
    ...{ table: table.value, problem: problem.value, failure: failure.value, busy: busy.value },
    ...{ more, retry: () => void fill() },
  };
}

function withNewer(old: HitTable | undefined, page: HitTable): HitTable {
  const rows = old && old.columns.join() === page.columns.join() ? joinRows(page.rows, old.rows) : null;
  return old && rows ? { ...old, rows } : page;
}
