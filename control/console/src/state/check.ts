/** Asking a process what it makes of an expression while somebody types it. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ApiFailure, checkExpression } from "../api";
import { type Checked, type Refusal, refusalsOf } from "../check";
import type { Draft } from "../draft";
import { locationKind } from "../location";
import type { CheckRequest } from "../wire";
import { services } from "./hub";
import { instance } from "./view";

/** After the last key; fast enough to be read as an answer to it. */
const PAUSE_MS = 300;

const NOTHING: { text: string; refusals: Refusal[] } = { text: "", refusals: [] };

/** What is refused of `text`; nothing while it is being typed, when it is fine, or when no process can answer. */
export function useRefusals(
  text: string,
  kind: NonNullable<CheckRequest["kind"]>,
  draft: Draft,
): readonly Refusal[] {
  const known = useSignal(NOTHING);
  const location = locationKind(draft.location) ? draft.location.trim() : "";
  const asked = processOf(draft);
  useEffect(() => {
    if (!asked || !text.trim()) {
      known.value = NOTHING;
      return;
    }
    const abort = new AbortController();
    const timer = window.setTimeout(() => {
      void ask({ ...asked, expression: text, kind }, location, abort.signal).then((checked) => {
        if (!abort.signal.aborted) known.value = { text, refusals: checked ? refusalsOf(text, checked) : [] };
      });
    }, PAUSE_MS);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [text, kind, location, asked?.instance, asked?.service]);
  return known.value.text === text ? known.value.refusals : [];
}

/** The process to ask: the one the probe is for, the one whose files show, or any of the service. */
function processOf({ service, reach, instance: target }: Draft): CheckRequest | null {
  const up = services.value.find(({ name }) => name === service)?.up ?? [];
  const wanted = [reach === "one" ? target : "", instance.value];
  const chosen = up.find(({ id }) => wanted.includes(id));
  if (chosen) return { instance: chosen.id };
  return up.length > 0 ? { service } : null;
}

/** A location that the process does not know yet is no reason to say nothing about the expression. */
async function ask(request: CheckRequest, location: string, signal: AbortSignal): Promise<Checked | null> {
  try {
    return await checkExpression(location ? { ...request, location } : request, signal);
  } catch (error) {
    const isPlace = error instanceof ApiFailure && error.code.startsWith("location_");
    return isPlace && location && !signal.aborted ? ask(request, "", signal) : null;
  }
}
