/** What could be meant by a path that is being typed, as a snapshot has it. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ApiFailure, readValue } from "../api";
import { unfinished, type ValueAnswer } from "../reading";

const PAUSE_MS = 250;
/** No variable has this name: the hub then tells those that there are. */
const NO_NAME = "__";

export function useOffers(
  snapshot: string,
  path: string,
  choose: (answer: ValueAnswer, step: string) => string[],
): string[] {
  const known = useSignal<string[]>([]);
  useEffect(() => {
    if (!snapshot) {
      known.value = [];
      return;
    }
    const abort = new AbortController();
    const timer = window.setTimeout(() => {
      void ask(snapshot, path, abort.signal).then((answer) => {
        if (!abort.signal.aborted) known.value = answer ? choose(answer, unfinished(path).step) : [];
      });
    }, PAUSE_MS);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [snapshot, path]);
  return known.value;
}

/** The answer for the path, or for the part of it that can be followed. */
async function ask(snapshot: string, path: string, signal: AbortSignal): Promise<ValueAnswer | undefined> {
  try {
    return await readValue(snapshot, { path: path || NO_NAME }, signal);
  } catch (error) {
    const { base } = unfinished(path);
    const isSyntax = error instanceof ApiFailure && error.status === 400;
    return isSyntax && base !== path && !signal.aborted ? ask(snapshot, base, signal) : undefined;
  }
}
