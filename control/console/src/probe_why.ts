/** Why a probe did or did not fire, process by process, in the words of `strobe why`. Pure. */
import { count } from "./count";
import type { Gates, Instance, Probe, ProbeState, ProbeView } from "./wire";

export interface Standing {
  /** Absent: the hub does not know the process any more. */
  process: Instance | undefined;
  id: string;
  /** Absent: the process has not said anything about the probe. */
  state: ProbeState | undefined;
  /** One sentence. */
  why: string;
}

/** Also of gates that only newer hubs know. */
const WORDS: [gate: string, words: (n: string) => string][] = [
  ["no_span", (n) => `outside of any span ${n}`],
  ["condition_false", (n) => `condition false ${n}`],
  ["condition_error", (n) => `condition could not be evaluated ${n}`],
  ["rate_limited", (n) => `over the rate limit ${n}`],
  ["hit_limit", (n) => `after the last allowed hit ${n}`],
  ["expired", (n) => `after the expiry ${n}`],
  ["budget", (n) => `held back by the cost budget ${n}`],
  ["dropped", (n) => `lost because a buffer was full ${n}`],
  ["captured", (n) => `captured ${n}`],
];

/** Every process of the service, connected ones first, and those of which a state is all that is left. */
export function standings(view: ProbeView, instances: ReadonlyMap<string, Instance>): Standing[] {
  const states = new Map(view.states.map((state) => [state.instance ?? "", state]));
  const up = [...instances.values()].filter(
    ({ service, state }) => service === view.probe.service && state === "up",
  );
  const rows = up.map((process) => standing(process.id, process, states.get(process.id), view.probe));
  const named = new Set(up.map(({ id }) => id));
  for (const [id, state] of states)
    if (!named.has(id)) rows.push(standing(id, instances.get(id), state, view.probe));
  return rows;
}

function standing(
  id: string,
  process: Instance | undefined,
  state: ProbeState | undefined,
  { version, limits }: Probe,
): Standing {
  if (!state)
    return { process, id, state, why: "Has not answered yet, or the probe is for other processes." };
  const older = state.probe_version < version ? "Of the probe as it was before the change: " : "";
  return { process, id, state, why: sentence(older + explain(state, limits.when)) };
}

function explain({ state, message = "", reason, gates }: ProbeState, when: string | undefined): string {
  if (state === "error") return `not armed: ${message || reason || "no reason given"}`;
  if (state === "pending")
    return message ? `waits: ${message}` : "waits: this process has loaded no such file yet";
  const counters = gatesInWords(gates, when);
  return message ? `${counters} (${message})` : counters;
}

/** `reached 48,120 times: condition false 48,120` */
export function gatesInWords(gates: Gates, when = ""): string {
  const counted: Partial<Record<string, number>> = { ...gates };
  const reached = gates.reached ?? 0;
  const parts = WORDS.flatMap(([gate, words]) => {
    const n = counted[gate] ?? 0;
    if (n === 0) return [];
    // With `when`, passes that are none of its own are counted there, too.
    return [gate === "hit_limit" && when ? `not of '${when}' ${count(n)}` : words(count(n))];
  });
  if (reached === 0 && parts.length === 0) return "not reached since it was armed";
  const head = `reached ${count(reached)} ${reached === 1 ? "time" : "times"}`;
  return parts.length > 0 ? `${head}: ${parts.join(", ")}` : head;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?)]$/.test(text) ? "" : "."}`;
}
