/** The probes of the chosen service: what they say, setting and removing them. */
import { computed, signal } from "@preact/signals";
import { changeProbe, hubClockOffsetMs, removeProbe, setProbe } from "../api";
import { type Draft, draftOf, editOf, newDraft, requestOf } from "../draft";
import { type ProbeSummary, linesInFile, summarizeProbe } from "../probe_summary";
import type { ProbeRequest, ProbeView } from "../wire";
import { probesOf, withoutProbe, withProbe } from "./fleet";
import { fleet, instances, now } from "./hub";
import { path, service } from "./view";

export interface ShownProbe {
  view: ProbeView;
  summary: ProbeSummary;
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
  draft.value = newDraft(service.peek(), location, line > 0 ? path.peek() : "", line);
}

/** A draft with everything the probe has. Under its line if that is in the open file. */
export function editProbe({ probe, states }: ProbeView): void {
  draft.value = draftOf(probe, path.peek(), linesInFile({ probe, states }, path.peek())[0] ?? 0);
}

export function closeDraft(): void {
  draft.value = null;
}

/** Do what the draft says; throws the hub's ApiFailure with a message for people. */
export async function submitDraft(wanted: Draft): Promise<void> {
  const nowMs = Date.now() + hubClockOffsetMs;
  if (wanted.edits) changed(await changeProbe(wanted.edits.id, editOf(wanted, nowMs)));
  else show(await setProbe(requestOf(wanted, nowMs)));
  if (draft.peek()?.location === wanted.location) draft.value = null;
}

/** The same probe once more, with new counters and a new expiry. */
export async function setAgain({ probe }: ProbeView): Promise<void> {
  const { service: name, location, condition, action, options, target, limits } = probe;
  const request: ProbeRequest = { service: name, location, action, limits: { ...limits, expires_at_ms: 0 } };
  if (condition) request.condition = condition;
  if (options) request.options = options;
  if (target) request.target = target;
  show(await setProbe(request)); // first: when the hub refuses it, the old one still stands
  await dropProbe(probe.id);
}

export async function dropProbe(id: string): Promise<void> {
  await removeProbe(id);
  fleet.value = withoutProbe(fleet.peek(), id);
}

/** A new probe. The live message may have come first, with states that this answer does not have yet. */
function show(view: ProbeView): void {
  awaited.value = new Set(awaited.peek()).add(view.probe.id);
  if (!fleet.peek().probes.has(view.probe.id)) fleet.value = withProbe(fleet.peek(), view);
}

/** A probe that was changed: its first hit opens if it had none. */
function changed(view: ProbeView): void {
  const { id, version } = view.probe;
  if (!fleet.peek().hits.some(({ probe }) => probe === id)) awaited.value = new Set(awaited.peek()).add(id);
  if ((fleet.peek().probes.get(id)?.probe.version ?? 0) < version)
    fleet.value = withProbe(fleet.peek(), view);
}
