import { locationKind, parsePlace, shortLocation } from "../location";
import { linesInFile } from "../probe_summary";
import { hitWord } from "../probe_words";
import { type ShownProbe, shownProbes } from "../state/probes";
import { openFile, path, probeFilter, showMiddle } from "../state/view";
import { MetricTable } from "./MetricTable";
import { ActionLine, Condition, GateCounts, Messages, ProbeActions, StateBadge } from "./ProbeParts";
import { WhyDetails } from "./WhyDetails";

export function ProbeCard({ shown }: { shown: ShownProbe }) {
  const { view, summary } = shown;
  const { probe } = view;
  const only = probeFilter.value === probe.id;
  const hasHits = summary.gates.captured > 0 && probe.action !== "metric" && probe.action !== "timer";
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
      {(summary.gates.reached > 0 || summary.state === "armed") && (
        <GateCounts gates={summary.gates} probe={probe} />
      )}
      {(probe.action === "metric" || probe.action === "timer") && <MetricTable probe={probe} />}
      <WhyDetails shown={shown} />
      {hasHits && (
        <p class="probe-card-links">
          {probe.action !== "log" && (
            <button class="link" onClick={() => showMiddle({ kind: "hits", probe: probe.id, columns: "" })}>
              Table of its {hitWord(probe)[1]}
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
