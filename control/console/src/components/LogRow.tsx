import { baseName } from "../location";
import { instances } from "../state/hub";
import { openFile } from "../state/view";
import { clockTime, isoTime } from "../time";
import type { SnapshotSummary } from "../wire";

/** A line that a log probe wrote; choosing it shows where. */
export function LogRow({ hit }: { hit: SnapshotSummary }) {
  const ms = hit.time_us / 1000;
  const process = instances.value.get(hit.instance);
  const level = hit.level ?? "info";
  const place = `${baseName(hit.file ?? "?")}:${hit.line ?? 0}`;
  return (
    <li>
      <button
        class={`row log-row level-${level}`}
        title={`${place}, process ${process ? `${process.pid} on ${process.host}` : "gone"}`}
        onClick={() => hit.file && openFile(hit.file, hit.line ?? 0)}
      >
        <time class="mono" dateTime={isoTime(ms)} title={isoTime(ms)}>
          {clockTime(ms)}
        </time>
        <span class="log-level">{level}</span>
        <span class="log-text mono grow">{hit.text ?? ""}</span>
      </button>
    </li>
  );
}
