import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { count, plural } from "../count";
import { diffSections } from "../diff_rows";
import { baseName } from "../location";
import type { Diff } from "../reading";
import { useDiff } from "../state/diff";
import { instances } from "../state/hub";
import { openSnapshot, showMiddle } from "../state/view";
import { clockTime, isoTime } from "../time";
import type { SnapshotSummary } from "../wire";
import { DiffTree } from "./DiffTree";
import { EmptyState } from "./EmptyState";
import { Icon } from "./Icon";
import { MiddleHead } from "./MiddleHead";

/** What differs between two snapshots, aligned by the hub. */
export function DiffPane({ left, right }: { left: string; right: string }) {
  const { diff, library, problem, retry } = useDiff(left, right);
  return (
    <div class="middle">
      <MiddleHead title="What differs">
        <button onClick={() => showMiddle({ kind: "diff", left: right, right: left })}>
          <Icon name="swap" /> Swap
        </button>
      </MiddleHead>
      {problem && (
        <EmptyState title="These two cannot be compared.">
          <p class="problem" role="alert">
            {problem}
          </p>
          <p>A snapshot may be past its retention; the hub may be away.</p>
          <button onClick={retry}>Try again</button>
        </EmptyState>
      )}
      {!diff && !problem && <p class="note">Comparing…</p>}
      {diff && <Contents diff={diff} library={library} />}
    </div>
  );
}

function Contents({ diff, library }: { diff: Diff; library: ReadonlySet<number> }) {
  const sections = useMemo(() => diffSections(diff), [diff]);
  const unknown = useSignal(true);
  const nothing = diff.differences.length === 0 && (diff.unknown.length === 0 || !unknown.value);
  return (
    <>
      <div class="diff-sides">
        <Side name="Left" mark="−" hit={diff.left} />
        <Side name="Right" mark="+" hit={diff.right} />
      </div>
      <p class="diff-summary">
        <span>{summaryWords(diff)}</span>
        {diff.unknown.length > 0 && (
          <label class="check">
            <input
              type="checkbox"
              checked={unknown.value}
              onChange={(event) => (unknown.value = event.currentTarget.checked)}
            />
            {count(diff.unknown.length)} not compared: redacted, or not captured
          </label>
        )}
      </p>
      {nothing ? (
        <EmptyState title="No difference was found.">
          <p>Stack, variables and watches are the same, as far as both snapshots have them.</p>
        </EmptyState>
      ) : (
        <DiffTree sections={sections} library={library} unknown={unknown.value} />
      )}
    </>
  );
}

function Side({ name, mark, hit }: { name: string; mark: string; hit: SnapshotSummary }) {
  const ms = hit.time_us / 1000;
  const process = instances.value.get(hit.instance);
  return (
    <button class="diff-side" title="Show this snapshot" onClick={() => openSnapshot(hit.id)}>
      <span class="diff-mark" aria-hidden="true">
        {mark}
      </span>
      <span class="sr-only">{name}: </span>
      <time class="mono" dateTime={isoTime(ms)} title={isoTime(ms)}>
        {clockTime(ms)}
      </time>
      <span class="muted ellipsis">
        {hit.function ?? "?"} · {baseName(hit.file ?? "?")}:{hit.line ?? 0} ·{" "}
        {process ? `pid ${process.pid}` : hit.instance.slice(0, 8)}
      </span>
    </button>
  );
}

function summaryWords({ differences, more = 0, compared, cut }: Diff): string {
  const found = differences.length + more;
  const words = found === 0 ? "No difference" : plural(found, "difference");
  return [
    `${words} in ${plural(compared, "value")}.`,
    more > 0 ? `The last ${count(more)} are not listed.` : "",
    cut ? "There was too much to compare all of it." : "",
  ]
    .filter(Boolean)
    .join(" ");
}
