import { plural } from "../count";
import { baseName } from "../location";
import type { Body } from "../snapshot/body";
import { instances } from "../state/hub";
import {
  compareProblem,
  compareWithPrevious,
  frameIndex,
  neighbour,
  openedSnapshot,
  shownFrame,
  shownHits,
  showTable,
} from "../state/snapshots";
import { closeSnapshot, openSnapshot } from "../state/view";
import { clockTime, isoTime } from "../time";
import type { SnapshotView } from "../wire";
import { EmptyState } from "./EmptyState";
import { Excerpt } from "./Excerpt";
import { FrameList } from "./FrameList";
import { Icon } from "./Icon";
import { Reading } from "./Reading";
import { Variables, Watches } from "./Variables";

const CUT_WORDS = new Map([
  ["bytes", "The snapshot reached its size limit: some values were left out."],
  ["time", "The snapshot reached its time limit: some values were left out."],
]);

export function SnapshotPane() {
  const opened = openedSnapshot.value;
  return (
    <article class="snapshot" aria-label="Snapshot">
      <Toolbar />
      {compareProblem.value && (
        <p class="note snapshot-note" role="status">
          {compareProblem.value}
        </p>
      )}
      {opened?.state === "failed" && (
        <EmptyState title="This snapshot cannot be shown.">
          <p class="problem" role="alert">
            {opened.problem}
          </p>
        </EmptyState>
      )}
      {opened?.view && opened.body && <Contents view={opened.view} body={opened.body} />}
    </article>
  );
}

function Toolbar() {
  const newer = neighbour(-1);
  const older = neighbour(1);
  return (
    <div class="snapshot-bar">
      <button class="quiet" onClick={closeSnapshot} title="Back to the list (Esc)">
        <Icon name="back" /> All <span class="muted">{shownHits.value.length}</span>
      </button>
      <span class="spring" />
      <button
        class="quiet"
        title="What differs from the snapshot of this probe before it (d)"
        disabled={!openedSnapshot.value?.view}
        onClick={() => void compareWithPrevious()}
      >
        <Icon name="compare" /> Compare with previous
      </button>
      <button
        class="quiet"
        title="Table over all hits of this probe (t)"
        aria-label="Table over all hits of this probe"
        disabled={!openedSnapshot.value?.view}
        onClick={showTable}
      >
        <Icon name="table" />
      </button>
      <button
        class="quiet"
        aria-label="Newer snapshot"
        title="Newer (k)"
        disabled={!newer}
        onClick={() => newer && openSnapshot(newer.id)}
      >
        <Icon name="up" />
      </button>
      <button
        class="quiet"
        aria-label="Older snapshot"
        title="Older (j)"
        disabled={!older}
        onClick={() => older && openSnapshot(older.id)}
      >
        <Icon name="down" />
      </button>
    </div>
  );
}

/** The request and the trace that the hit happened in, as far as they are known. */
function Context({ body }: { body: Body }) {
  const facts = [body.request, body.trace && `trace ${body.trace.traceId}`].filter(Boolean);
  return facts.length > 0 ? <p class="muted ellipsis">{facts.join(" · ")}</p> : null;
}

function Contents({ view, body }: { view: SnapshotView; body: Body }) {
  const { summary } = view;
  const frame = shownFrame.value;
  const isSpan = summary.kind === "span";
  return (
    <>
      <Head view={view} body={body} />
      {body.memory && <Reading reading={body.memory} />}
      {isSpan && <Watches body={body} title="Attributes" />}
      {frame && <Excerpt summary={summary} frame={frame} values={body.values} />}
      <FrameList body={body} />
      {!body.memory && !isSpan && <Captured snapshot={summary.id} body={body} />}
    </>
  );
}

function Head({ view: { summary, condition }, body }: { view: SnapshotView; body: Body }) {
  const process = instances.value.get(summary.instance);
  const ms = summary.time_us / 1000;
  return (
    <header class="snapshot-head">
      <h2>{summary.function ?? body.frames[0]?.function ?? "?"}</h2>
      <p class="muted">
        <span class="mono">
          {baseName(summary.file ?? "?")}:{summary.line ?? 0}
        </span>{" "}
        · <time dateTime={isoTime(ms)}>{clockTime(ms)}</time> ·{" "}
        {process ? `pid ${process.pid} on ${process.host}` : "process gone"}
        {body.thread && ` · ${body.thread}`}
      </p>
      <Context body={body} />
      {condition && (
        <code class="condition">
          <span class="muted">if</span> {condition}
        </code>
      )}
      {body.cut && <p class="note warn">{CUT_WORDS.get(body.cut) ?? `Cut: ${body.cut}`}</p>}
    </header>
  );
}

/** What a snapshot has of the program's values. */
function Captured({ snapshot, body }: { snapshot: string; body: Body }) {
  const frame = shownFrame.value;
  return (
    <>
      {body.watches.length > 0 && <Watches body={body} title="Watches" />}
      {frame && (
        <Variables snapshot={snapshot} frame={frame} number={frameIndex.value} values={body.values} />
      )}
      {body.captureNs > 0 && (
        <p class="note">
          Copied in {captureTime(body.captureNs)} of the program's time;{" "}
          {plural(body.values.length, "object")}.
        </p>
      )}
    </>
  );
}

function captureTime(ns: number): string {
  return ns < 1_000_000
    ? `${(ns / 1000).toFixed(ns < 100_000 ? 1 : 0)} µs`
    : `${(ns / 1_000_000).toFixed(1)} ms`;
}
