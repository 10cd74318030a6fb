import { baseName } from "../location";
import { instances } from "../state/hub";
import { openFile, openSnapshot } from "../state/view";
import { clockTime, isoTime } from "../time";
import type { SnapshotSummary } from "../wire";

/** A line that a log probe wrote: choosing it shows where. Attributes and readings of memory open. */
export function LogRow({ hit }: { hit: SnapshotSummary }) {
  const ms = hit.time_us / 1000;
  const process = instances.value.get(hit.instance);
  const kind = hit.kind ?? "log";
  const word = kind === "log" ? (hit.level ?? "info") : kind;
  const place = `${baseName(hit.file ?? "?")}:${hit.line ?? 0}`;
  return (
    <li>
      <button
        class={`row log-row level-${word}`}
        title={`${place}, process ${process ? `${process.pid} on ${process.host}` : "gone"}`}
        onClick={() =>
          kind === "log" ? hit.file && openFile(hit.file, hit.line ?? 0) : openSnapshot(hit.id)
        }
      >
        <time class="mono" dateTime={isoTime(ms)} title={isoTime(ms)}>
          {clockTime(ms)}
        </time>
        <span class="log-level">{word}</span>
        <span class="log-text mono grow">{hit.text ?? ""}</span>
      </button>
    </li>
  );
}
