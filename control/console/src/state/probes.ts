/** The probes of the chosen service: what they say, setting and removing them. */
import { computed, signal } from "@preact/signals";
import { hubClockOffsetMs, removeProbe, setProbe } from "../api";
import { type ProbeSummary, linesInFile, summarizeProbe } from "../probe_summary";
import type { Limits, ProbeRequest, ProbeView } from "../wire";
import { probesOf, withoutProbe, withProbe } from "./fleet";
import { fleet, instances, now } from "./hub";
import { path, service } from "./view";

export interface ShownProbe {
  view: ProbeView;
  summary: ProbeSummary;
}

/** What a person is about to set. */
export interface Draft {
  service: string;
  /** Empty: the form asks for it. */
  location: string;
  /** The file and its line under which the form stands; line 0: in the probes pane. */
  path: string;
  line: number;
  condition: string;
  hits: number;
  /** Minutes; 0: the hub's default */
  expiryMinutes: number;
  /** The probe that this one replaces. */
  replaces?: string;
}

/** Probes set on this page that captured nothing yet. */
export const awaited = signal<ReadonlySet<string>>(new Set());

export const draft = signal<Draft | null>(null);

/** The line of the open file under which the form stands; 0: none. */
export const draftLine = computed(() => (draft.value?.path === path.value ? draft.value.line : 0));

export const shownProbes = computed<ShownProbe[]>(() =>
  probesOf(fleet.value, service.value).map((view) => ({
    view,
    summary: summarizeProbe(view, instances.value, now.value),
  })),
);

/** Line of the open file -> the probes there. */
export const probesByLine = computed<ReadonlyMap<number, ShownProbe[]>>(() => {
  const lines = new Map<number, ShownProbe[]>();
  for (const shown of shownProbes.value) {
    for (const line of linesInFile(shown.view, path.value)) {
      lines.set(line, [...(lines.get(line) ?? []), shown]);
    }
  }
  return lines;
});

export function startDraft(location: string, line: number): void {
  draft.value = {
    service: service.peek(),
    location,
    path: line > 0 ? path.peek() : "",
    line,
    condition: "",
    hits: 1,
    expiryMinutes: 0,
  };
}

/** A draft with everything the probe has. Under its line if that is in the open file. */
export function editProbe(view: ProbeView): void {
  const { probe } = view;
  draft.value = {
    service: probe.service,
    location: probe.location,
    path: path.peek(),
    line: linesInFile(view, path.peek())[0] ?? 0,
    condition: probe.condition ?? "",
    hits: probe.limits.hits ?? 1,
    expiryMinutes: 0,
    replaces: probe.id,
  };
}

export function closeDraft(): void {
  draft.value = null;
}

/** Set what the draft says; throws the hub's ApiFailure with a message for people. */
export async function submitDraft(wanted: Draft): Promise<void> {
  await replaceProbe(requestOf(wanted), wanted.replaces);
  if (draft.peek()?.location === wanted.location || wanted.location === "") draft.value = null;
}

/** The same probe once more, with new counters and a new expiry. */
export async function setAgain(view: ProbeView): Promise<void> {
  const { service: name, location, condition, limits } = view.probe;
  const fresh: Limits = { ...limits, expires_at_ms: 0 };
  const request: ProbeRequest = { service: name, location, limits: fresh };
  if (condition) request.condition = condition;
  await replaceProbe(request, view.probe.id);
}

export async function dropProbe(id: string): Promise<void> {
  await removeProbe(id);
  fleet.value = withoutProbe(fleet.peek(), id);
}

/** New first: when the hub refuses it, the old one still stands. */
async function replaceProbe(request: ProbeRequest, old: string | undefined): Promise<void> {
  const view = await setProbe(request);
  awaited.value = new Set(awaited.peek()).add(view.probe.id);
  // The live message may have come first, with states that this answer does not have yet.
  if (!fleet.peek().probes.has(view.probe.id)) fleet.value = withProbe(fleet.peek(), view);
  if (old) await dropProbe(old);
}

function requestOf(wanted: Draft): ProbeRequest {
  const limits: Limits = { hits: wanted.hits };
  if (wanted.expiryMinutes > 0) {
    limits.expires_at_ms = Math.round(Date.now() + hubClockOffsetMs + wanted.expiryMinutes * 60_000);
  }
  const request: ProbeRequest = { service: wanted.service, location: wanted.location, limits };
  if (wanted.condition.trim()) request.condition = wanted.condition.trim();
  return request;
}
