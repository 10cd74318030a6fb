import { plural } from "../count";
import { baseName, parsePlace } from "../location";
import { gateSentence, linesInFile } from "../probe_summary";
import { instances, now } from "../state/hub";
import { type ShownProbe, shownProbes } from "../state/probes";
import { openSource } from "../state/source";
import { openFile, path, probeFilter } from "../state/view";
import { duration } from "../time";
import type { ProbeState } from "../wire";
import { Condition, GateCounts, Messages, ProbeActions, StateBadge } from "./ProbeParts";
import { StateMark } from "./StateMark";

export function ProbeCard({ shown }: { shown: ShownProbe }) {
  const { view, summary } = shown;
  const { probe } = view;
  const only = probeFilter.value === probe.id;
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
      <Condition text={probe.condition} />
      <Messages summary={summary} />
      {summary.messages.length === 0 && <p class="explanation">{summary.explanation}</p>}
      {(summary.gates.reached > 0 || summary.state === "armed") && <GateCounts gates={summary.gates} />}
      <details class="states">
        <summary>
          {plural(view.states.length, "instance")} · by {probe.created_by} · {limitWords(shown)}
        </summary>
        <ul>
          {view.states.map((state) => (
            <StateRow key={state.instance} state={state} />
          ))}
        </ul>
      </details>
      {summary.gates.captured > 0 && shownProbes.value.length > 1 && (
        <button class="link" aria-pressed={only} onClick={() => (probeFilter.value = only ? "" : probe.id)}>
          {only ? "Show all snapshots" : "Show only its snapshots"}
        </button>
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
      {otherText && <span class="warn">runs another version of this file than the one shown</span>}
    </li>
  );
}

function placeOf({ view }: ShownProbe): string {
  const { path: asked, line } = parsePlace(view.probe.location);
  const armed = view.states.find((state) => (state.line ?? 0) > 0)?.line;
  return `${baseName(asked)}:${armed ?? line}`;
}

function show({ view }: ShownProbe): void {
  const file = view.states.find((state) => state.file)?.file ?? parsePlace(view.probe.location).path;
  openFile(file, linesInFile(view, file)[0] ?? parsePlace(view.probe.location).line);
  if (path.value !== file) path.value = file;
}

function limitWords({ view, summary }: ShownProbe): string {
  const { limits } = view.probe;
  const hits = plural(limits.hits ?? 1, "hit");
  const left = (limits.expires_at_ms ?? 0) - now.value;
  const over = summary.state === "done" || summary.state === "expired";
  return over || left <= 0 ? `${hits} per process` : `${hits} per process · ${duration(left)} left`;
}
