import { shortPath } from "../location";
import { latestHit } from "../state/hub";

/** Tells screen readers what arrived; nothing to see. */
export function Announcer() {
  const hit = latestHit.value;
  return (
    <div class="sr-only" role="status" aria-live="polite">
      {hit && `Snapshot in ${hit.function ?? shortPath(hit.file ?? "", 1)}, line ${hit.line ?? 0}`}
    </div>
  );
}
