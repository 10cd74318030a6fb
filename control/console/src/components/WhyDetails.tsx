/** Why a probe did or did not fire: every process, in words. */
import { plural } from "../count";
import { MAX_HITS } from "../draft";
import { baseName } from "../location";
import { type ProbeSummary, shareOf } from "../probe_summary";
import { type Standing, standings } from "../probe_why";
import { instances, now } from "../state/hub";
import type { ShownProbe } from "../state/probes";
import { openSource } from "../state/source";
import { duration, nanoseconds } from "../time";
import type { ProbeState } from "../wire";
import { StateMark } from "./StateMark";

export function WhyDetails({ shown }: { shown: ShownProbe }) {
  const { view, summary } = shown;
  const rows = standings(view, instances.value);
  return (
    <details class="states">
      <summary>
        <b>Why?</b> {plural(rows.length, "process", "processes")} · by {view.probe.created_by} ·{" "}
        {limitWords(shown)}
      </summary>
      {summary.cost.ns > 0 && <p class="muted cost">Of all together: {costWords(summary.cost)}.</p>}
      {rows.length === 0 && (
        <p class="muted cost">No process of {view.probe.service} is connected: it arms when one is.</p>
      )}
      <ul>
        {rows.map((row) => (
          <StandingRow key={row.id} row={row} />
        ))}
      </ul>
    </details>
  );
}

function StandingRow({ row: { process, id, state, why } }: { row: Standing }) {
  return (
    <li>
      <span class="state-row-head">
        <StateMark state={state?.state ?? "pending"} size={11} />
        <span class="mono">{process ? `pid ${process.pid}` : id.slice(0, 8)}</span>
        <span class="muted">
          {state?.state ?? "no answer"}
          {process?.state === "up" ? "" : ", gone"}
        </span>
      </span>
      <span class="state-row-message">{why}</span>
      {state && <Particulars state={state} />}
    </li>
  );
}

function Particulars({ state }: { state: ProbeState }) {
  const { file, line = 0, last_values: values, cost_ns: ns = 0 } = state;
  const source = openSource.value.source;
  const otherText =
    source && file === source.path && state.source_sha256 && state.source_sha256 !== source.sha256;
  return (
    <>
      {values && (
        <span class="state-row-message">
          <span class="muted">last seen:</span> <code>{values}</code>
        </span>
      )}
      {file && line > 0 && (
        <span class="muted" title={file}>
          at {baseName(file)}:{line}
          {ns > 0 && ` · ${costWords({ ns, percent: shareOf(state) })}`}
        </span>
      )}
      {otherText && <span class="warn">runs another version of this file than the one shown</span>}
    </>
  );
}

function limitWords({ view, summary }: ShownProbe): string {
  const { limits } = view.probe;
  const bounded = (limits.hits ?? 0) > 0 && (limits.hits ?? 0) < MAX_HITS;
  const hits = bounded ? `${plural(limits.hits ?? 1, "hit")} each` : "without end";
  const when = limits.when ? ` · ${limits.when}` : "";
  const left = (limits.expires_at_ms ?? 0) - now.value;
  const over = summary.state === "done" || summary.state === "expired";
  return over || left <= 0 ? hits + when : `${hits}${when} · ${duration(left)} left`;
}

function costWords({ ns, percent }: ProbeSummary["cost"]): string {
  const share = percent > 0 ? `, ${percent.toFixed(2)} % of one core in the last second` : "";
  return `cost ${nanoseconds(ns)} so far${share}`;
}
