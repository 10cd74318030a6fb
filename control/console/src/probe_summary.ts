/** One probe over all its instances: the state to show, the counters added up, and why it did not fire. */
import { plural } from "./count";
import { locationKind, matchesPath, parsePlace } from "./location";
import { hitWord } from "./probe_words";
import type { Gates, Instance, Probe, ProbeState, ProbeView } from "./wire";

export type StateName = ProbeState["state"];

export interface ProbeMessage {
  state: StateName;
  text: string;
  /** How many instances say so. */
  instances: number;
}

export interface ProbeSummary {
  state: StateName;
  gates: Required<Gates>;
  /** How many instances are in each state; of those connected, or of all when none is. */
  counts: [StateName, number][];
  messages: ProbeMessage[];
  /** One sentence: what it waits for, or what it did. */
  explanation: string;
  /** `total = 12.5`: the condition's variables at the last pass of the busiest process; empty: not told. */
  lastValues: string;
  /** Of all processes together: so far, and the share of one core in the last second. */
  cost: { ns: number; percent: number };
}

/** A state that some instance is in decides for all, the first of these. */
const PRECEDENCE: StateName[] = ["armed", "suspended", "done", "error", "expired", "pending"];

/** Gates in the order in which a pass of the line meets them, with the words for people. */
const GATE_WORDS: [keyof Gates, string][] = [
  ["reached", "reached"],
  ["expired", "after expiry"],
  ["hit_limit", "after last hit"],
  ["budget", "over budget"],
  ["condition_false", "condition false"],
  ["condition_error", "condition failed"],
  ["no_span", "outside of a span"],
  ["rate_limited", "rate limited"],
  ["dropped", "dropped"],
  ["captured", "captured"],
];

const ALWAYS_SHOWN = new Set<keyof Gates>(["reached", "captured"]);

export interface GateCount {
  gate: keyof Gates;
  words: string;
  count: number;
}

/**
 * The counters worth showing: those above zero, and always `reached` and `captured`. With `when`, passes that are none
 * of its own are counted as those after the last hit.
 */
export function gateCounts(gates: Gates, when = ""): GateCount[] {
  return GATE_WORDS.map(([gate, words]) => ({
    gate,
    words: gate === "hit_limit" && when ? "not due" : words,
    count: gates[gate] ?? 0,
  })).filter(({ gate, count: n }) => n > 0 || ALWAYS_SHOWN.has(gate));
}

export function summarizeProbe(
  view: ProbeView,
  instances: ReadonlyMap<string, Instance>,
  nowMs: number,
): ProbeSummary {
  const current = view.states.filter((state) => state.probe_version >= view.probe.version);
  const connected = current.filter((state) => instances.get(state.instance ?? "")?.state === "up");
  const speaking = connected.length > 0 ? connected : current;
  const counts = countStates(speaking);
  const gates = addGates(current);
  const state = overallState(counts, view, nowMs);
  return {
    state,
    gates,
    counts,
    messages: distinctMessages(speaking.filter((one) => isTelling(one.state, state))),
    explanation: explain(view, state, gates, speaking.length, upCount(instances, view.probe.service)),
    lastValues: lastValuesOf(current),
    cost: {
      ns: current.reduce((sum, { cost_ns = 0 }) => sum + cost_ns, 0),
      percent: connected.reduce((sum, one) => sum + shareOf(one), 0),
    },
  };
}

/** Percent of one core in the last second: what was said of a probe that is over is of a second long ago. */
export function shareOf({ state, cost_percent: percent = 0 }: ProbeState): number {
  return state === "armed" || state === "suspended" ? percent : 0;
}

function upCount(instances: ReadonlyMap<string, Instance>, service: string): number {
  return [...instances.values()].filter((one) => one.service === service && one.state === "up").length;
}

function lastValuesOf(states: ProbeState[]): string {
  const telling = states.filter(({ last_values }) => last_values);
  telling.sort((a, b) => (b.gates.reached ?? 0) - (a.gates.reached ?? 0));
  return telling[0]?.last_values ?? "";
}

function countStates(states: ProbeState[]): [StateName, number][] {
  return PRECEDENCE.map((name): [StateName, number] => [
    name,
    states.filter(({ state }) => state === name).length,
  ]).filter(([, n]) => n > 0);
}

function overallState(counts: [StateName, number][], view: ProbeView, nowMs: number): StateName {
  const state = counts[0]?.[0] ?? "pending";
  const expires = view.probe.limits.expires_at_ms ?? 0;
  return state === "pending" && expires > 0 && expires < nowMs ? "expired" : state;
}

function addGates(states: ProbeState[]): Required<Gates> {
  const sum = {} as Required<Gates>;
  for (const [gate] of GATE_WORDS) sum[gate] = states.reduce((n, state) => n + (state.gates[gate] ?? 0), 0);
  return sum;
}

/**
 * Whether what an instance says concerns the whole: troubles always; that it still waits or has ended, as the parent
 * of pre-forked workers often does, only when no other got further.
 */
function isTelling(state: StateName, overall: StateName): boolean {
  if (state === "done") return false;
  return state === "error" || state === "armed" || state === "suspended" || state === overall;
}

function distinctMessages(states: ProbeState[]): ProbeMessage[] {
  const messages = new Map<string, ProbeMessage>();
  for (const { state, message } of states) {
    if (!message) continue;
    const key = `${state} ${message}`;
    const known = messages.get(key);
    if (known) known.instances++;
    else messages.set(key, { state, text: message, instances: 1 });
  }
  return [...messages.values()].sort((a, b) => PRECEDENCE.indexOf(a.state) - PRECEDENCE.indexOf(b.state));
}

function explain(
  view: ProbeView,
  state: StateName,
  gates: Required<Gates>,
  reported: number,
  connected: number,
): string {
  switch (state) {
    case "armed":
      return explainArmed(view.probe, gates);
    case "suspended":
      return "Suspended: over its budget. Resumes by itself.";
    case "done":
      return `Done: ${plural(gates.captured, ...hitWord(view.probe))} captured, the hit limit is reached.`;
    case "expired":
      return "Expired. Set it again to go on.";
    case "error":
      return "Not armed. Edit the probe or remove it.";
    default:
      if (connected === 0) return `No process of ${view.probe.service} is connected; arms when one is.`;
      if (reported === 0) return `Sent to ${plural(connected, "instance")}; no answer yet.`;
      return "Waiting: arms as soon as its code is loaded.";
  }
}

function explainArmed(probe: Probe, gates: Required<Gates>): string {
  if (gates.captured > 0) return `Armed; ${plural(gates.captured, ...hitWord(probe))} captured so far.`;
  if (gates.reached === 0) return "Armed; it has not been reached yet.";
  if (gates.condition_error > 0) return "Reached, but the condition cannot be evaluated.";
  if (gates.condition_false === gates.reached) return "Reached, but the condition was not true yet.";
  return "Armed and reached; nothing captured yet.";
}

/**
 * The lines of `path` at which a probe stands: where instances armed it, or, until one says, where its
 * location asks for it. Empty when it is for another file.
 */
export function linesInFile(view: ProbeView, path: string): number[] {
  const isLine = locationKind(view.probe.location) === "line";
  const asked = isLine ? parsePlace(view.probe.location) : { path: "", line: 0 };
  const resolved = view.states.filter((state) => state.file);
  if (resolved.length === 0) return asked.line > 0 && matchesPath(path, asked.path) ? [asked.line] : [];
  const lines = resolved.filter(({ file }) => file === path).map(({ line }) => line || asked.line);
  return [...new Set(lines)].filter((line) => line > 0);
}
