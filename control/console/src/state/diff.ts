/** What differs between two snapshots; neither ever changes, so it is asked once. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { readDiff } from "../api";
import type { Diff } from "../reading";
import { messageOf } from "./session";
import { libraryFrames } from "./snapshots";

export interface DiffState {
  diff: Diff | undefined;
  /** Frames of the left that are library code. */
  library: ReadonlySet<number>;
  problem: string;
  retry: () => void;
}

const NONE: ReadonlySet<number> = new Set();

export function useDiff(left: string, right: string): DiffState {
  const state = useSignal<Omit<DiffState, "retry">>({ diff: undefined, library: NONE, problem: "" });
  const attempt = useSignal(0);
  const tried = attempt.value;
  useEffect(() => {
    const abort = new AbortController();
    state.value = { diff: undefined, library: NONE, problem: "" };
    Promise.all([readDiff(left, right, abort.signal), libraryFrames(left)]).then(
      ([diff, library]) => {
        if (!abort.signal.aborted) state.value = { diff, library, problem: "" };
      },
      (error: unknown) => {
        if (!abort.signal.aborted)
          state.value = { diff: undefined, library: NONE, problem: messageOf(error) };
      },
    );
    return () => abort.abort();
  }, [left, right, tried]);
  return { ...state.value, retry: () => attempt.value++ };
}
