import type { ShownProbe } from "../state/probes";
import { ActionLine, Condition, GateCounts, Messages, ProbeActions, StateBadge } from "./ProbeParts";

/** A probe as it stands under its line in the source. */
export function ProbeStrip({ shown }: { shown: ShownProbe }) {
  const { view, summary } = shown;
  return (
    <div class={`probe-strip is-${summary.state}`}>
      <div class="probe-strip-main">
        <StateBadge state={summary.state} />
        <span class="strip-words">
          <ActionLine probe={view.probe} />
          <Condition probe={view.probe} />
        </span>
        {summary.state !== "error" && <GateCounts gates={summary.gates} probe={view.probe} />}
        <ProbeActions shown={shown} />
      </div>
      <Messages summary={summary} />
    </div>
  );
}
