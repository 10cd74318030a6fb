import { useRef } from "preact/hooks";
import { baseName } from "../location";
import { instances, latestHit } from "../state/hub";
import { openSnapshot } from "../state/view";
import { clockTime, isoTime } from "../time";
import type { SnapshotSummary } from "../wire";

export function HitRow({ hit }: { hit: SnapshotSummary }) {
  // Flashes once, when it arrived while the list was on the screen.
  const fresh = useRef(latestHit.peek()?.id === hit.id && Date.now() - hit.time_us / 1000 < 5000);
  const process = instances.value.get(hit.instance);
  const ms = hit.time_us / 1000;
  return (
    <li>
      <button
        class={fresh.current ? "row hit-row is-fresh" : "row hit-row"}
        onClick={() => openSnapshot(hit.id)}
      >
        <time class="mono" dateTime={isoTime(ms)} title={isoTime(ms)}>
          {clockTime(ms)}
        </time>
        <span class="hit-function grow ellipsis">{hit.function ?? "?"}</span>
        <span class="mono muted ellipsis" title={hit.file}>
          {baseName(hit.file ?? "?")}:{hit.line ?? 0}
        </span>
        <span class="mono muted" title={process ? `process ${process.pid} on ${process.host}` : hit.instance}>
          {process?.pid ?? "gone"}
        </span>
      </button>
    </li>
  );
}
