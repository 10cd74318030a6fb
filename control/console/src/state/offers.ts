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
  frame = 0,
): string[] {
  const known = useSignal<string[]>([]);
  useEffect(() => {
    if (!snapshot) {
      known.value = [];
      return;
    }
    const abort = new AbortController();
    const timer = window.setTimeout(() => {
      void ask({ snapshot, path: unfinished(path).base, frame }, abort.signal).then((answer) => {
        if (!abort.signal.aborted) known.value = answer ? choose(answer, unfinished(path).step) : [];
      });
    }, PAUSE_MS);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [snapshot, path, frame]);
  return known.value;
}

interface Question {
  snapshot: string;
  path: string;
  frame: number;
}

/** The answer for the path, or for the part of it that can be followed. */
async function ask(question: Question, signal: AbortSignal): Promise<ValueAnswer | undefined> {
  const { snapshot, path, frame } = question;
  try {
    return await readValue(snapshot, { path: path || NO_NAME, frame }, signal);
  } catch (error) {
    const { base } = unfinished(path);
    const isSyntax = error instanceof ApiFailure && error.status === 400;
    const goOn = isSyntax && base !== path && !signal.aborted;
    return goOn ? ask({ ...question, path: base }, signal) : undefined;
  }
}
