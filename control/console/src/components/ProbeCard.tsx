import { plural } from "../count";
import { MAX_HITS } from "../draft";
import { locationKind, parsePlace, shortLocation } from "../location";
import { gateSentence, linesInFile, type ProbeSummary } from "../probe_summary";
import { hitWord } from "../probe_words";
import { instances, now } from "../state/hub";
import { type ShownProbe, shownProbes } from "../state/probes";
import { openSource } from "../state/source";
import { openFile, path, probeFilter, showMiddle } from "../state/view";
import { duration, nanoseconds } from "../time";
import type { ProbeState } from "../wire";
import { MetricTable } from "./MetricTable";
import { ActionLine, Condition, GateCounts, Messages, ProbeActions, StateBadge } from "./ProbeParts";
import { StateMark } from "./StateMark";

export function ProbeCard({ shown }: { shown: ShownProbe }) {
  const { view, summary } = shown;
  const { probe } = view;
  const only = probeFilter.value === probe.id;
  const hasHits = summary.gates.captured > 0 && (probe.action === "snapshot" || probe.action === "log");
  return (
    <li class={`probe-card is-${summary.state}`}>
      <div class="probe-card-head">
        <StateBadge state={summary.state} />
        <button class="place mono ellipsis" title={probe.location} onClick={() => show(shown)}>
          {placeOf(shown)}
        </button>
        <span class="spring" />
        <ProbeActions shown={shown} />
      </div>
      <ActionLine probe={probe} />
      <Condition probe={probe} />
      <Messages summary={summary} />
      {summary.messages.length === 0 && <p class="explanation">{summary.explanation}</p>}
      {summary.lastValues && summary.state !== "done" && (
        <p class="last-values">
          <span class="muted">last seen:</span> <code>{summary.lastValues}</code>
        </p>
      )}
      {(summary.gates.reached > 0 || summary.state === "armed") && <GateCounts gates={summary.gates} />}
      {(probe.action === "metric" || probe.action === "timer") && <MetricTable probe={probe} />}
      <details class="states">
        <summary>
          {plural(view.states.length, "instance")} · by {probe.created_by} · {limitWords(shown)}
        </summary>
        {summary.cost.ns > 0 && <p class="muted cost">{costWords(summary)}</p>}
        <ul>
          {view.states.map((state) => (
            <StateRow key={state.instance} state={state} />
          ))}
        </ul>
      </details>
      {hasHits && (
        <p class="probe-card-links">
          {probe.action === "snapshot" && (
            <button class="link" onClick={() => showMiddle({ kind: "hits", probe: probe.id, columns: "" })}>
              Table of its snapshots
            </button>
          )}
          {shownProbes.value.length > 1 && (
            <button
              class="link"
              aria-pressed={only}
              onClick={() => (probeFilter.value = only ? "" : probe.id)}
            >
              {only ? "Show all" : `Show only its ${hitWord(probe)[1]}`}
            </button>
          )}
        </p>
      )}
    </li>
  );
}

function StateRow({ state }: { state: ProbeState }) {
  const process = instances.value.get(state.instance ?? "");
  const shown = openSource.value.source;
  const otherText =
    shown && state.file === shown.path && state.source_sha256 && state.source_sha256 !== shown.sha256;
  return (
    <li>
      <span class="state-row-head">
        <StateMark state={state.state} size={11} />
        <span class="mono">{process?.pid ?? (state.instance ?? "?").slice(0, 8)}</span>
        <span class="muted">
          {state.state}
          {process?.state === "down" ? ", gone" : ""}
        </span>
      </span>
      <span class="muted">{gateSentence(state.gates)}</span>
      {state.message && <span class="state-row-message">{state.message}</span>}
      {state.last_values && (
        <span class="state-row-message">
          <span class="muted">last seen:</span> <code>{state.last_values}</code>
        </span>
      )}
      {otherText && <span class="warn">runs another version of this file than the one shown</span>}
    </li>
  );
}

function placeOf({ view }: ShownProbe): string {
  return shortLocation(view.probe.location, view.states.find((state) => (state.line ?? 0) > 0)?.line);
}

function show({ view }: ShownProbe): void {
  const file = view.states.find((state) => state.file)?.file ?? lineFile(view.probe.location);
  if (!file) return;
  openFile(file, linesInFile(view, file)[0] ?? parsePlace(view.probe.location).line);
  if (path.value !== file) path.value = file;
}

/** The file that a location names; a function or an exception names none. */
function lineFile(location: string): string {
  return locationKind(location) === "line" ? parsePlace(location).path : "";
}

function limitWords({ view, summary }: ShownProbe): string {
  const { limits } = view.probe;
  const bounded = (limits.hits ?? 0) > 0 && (limits.hits ?? 0) < MAX_HITS;
  const hits = bounded ? `${plural(limits.hits ?? 1, "hit")} per process` : "without end";
  const when = limits.when ? ` · ${limits.when}` : "";
  const left = (limits.expires_at_ms ?? 0) - now.value;
  const over = summary.state === "done" || summary.state === "expired";
  return over || left <= 0 ? hits + when : `${hits}${when} · ${duration(left)} left`;
}

function costWords({ cost }: ProbeSummary): string {
  return `cost ${nanoseconds(cost.ns)} so far, ${cost.percent.toFixed(2)} % of one core in the last second`;
}
