import { shortPath } from "../location";
import { latestHit } from "../state/hub";

/** Lines and attributes come too often to be read out. */
const WORDS = new Map([
  ["snapshot", "Snapshot"],
  ["memory", "Reading of memory"],
]);

/** Tells screen readers what arrived; nothing to see. */
export function Announcer() {
  const hit = latestHit.value;
  const word = WORDS.get(hit?.kind ?? "snapshot");
  return (
    <div class="sr-only" role="status" aria-live="polite">
      {hit && word && `${word} in ${hit.function ?? shortPath(hit.file ?? "", 1)}, line ${hit.line ?? 0}`}
    </div>
  );
}
