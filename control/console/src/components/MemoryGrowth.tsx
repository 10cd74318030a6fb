import { useSignal } from "@preact/signals";
import { growthSummary, LOOKING_COSTS, type MemoryAnswer, TRACING_ENDS, tracingCost } from "../memory";
import { type InstanceMemory, lookAtMemory, memoryOf } from "../state/memory";
import { GrowthTable } from "./GrowthTable";
import { RowsChoice } from "./RowsChoice";
import { Segments } from "./Segments";

/** tracemalloc on request: start it, compare two moments, stop it. */
export function MemoryGrowth({ instance }: { instance: string }) {
  const memory = memoryOf(instance);
  const { status, growth: seen } = memory;
  if (!status) return memory.problem ? null : <p class="note">Asking the process…</p>;
  return (
    <>
      {status.ended && (
        <p class="note warn" role="status">
          Tracing ended by itself: {status.ended}.
        </p>
      )}
      {status.tracing && status.own === false && (
        <p class="note">The program traces itself: its traces are used, and it is left alone.</p>
      )}
      {status.tracing ? (
        <Compare instance={instance} memory={memory} frames={status.frames ?? 1} />
      ) : (
        <Start instance={instance} memory={memory} />
      )}
      {seen && <Growth answer={seen.answer} by={seen.by} since={seen.since} />}
    </>
  );
}

interface PartProps {
  instance: string;
  memory: InstanceMemory;
}

const STACKS: [frames: number, words: string][] = [
  [1, "the line alone"],
  [5, "5 lines of its stack"],
  [10, "10 lines of its stack"],
  [16, "16 lines of its stack"],
];

/** Nothing starts before its cost was read. */
function Start({ instance, memory }: PartProps) {
  const frames = useSignal(1);
  return (
    <div class="memory-start">
      <p>
        <b>What it costs.</b> {tracingCost(frames.value)}
      </p>
      <p class="muted">{TRACING_ENDS}</p>
      <div class="memory-controls">
        <label>
          Keep of each allocation{" "}
          <select
            value={frames.value}
            onChange={(event) => (frames.value = Number(event.currentTarget.value))}
          >
            {STACKS.map(([n, words]) => (
              <option key={n} value={n}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <button
          class="primary"
          disabled={memory.busy !== undefined}
          onClick={() => void lookAtMemory(instance, { op: "start", frames: frames.value })}
        >
          {memory.busy === "start" ? "Starting…" : "Start tracing"}
        </button>
      </div>
    </div>
  );
}

const SINCE: ["start" | "last", string, string][] = [
  ["start", "since the start", "Compare with the moment at which tracing started"],
  ["last", "since the last look", "Compare with the moment of the look before"],
];
const BY: ["line" | "traceback", string, string][] = [
  ["line", "by line", "Add up what each line allocated"],
  ["traceback", "by stack", "Add up what each way to a line allocated"],
];
function Compare({ instance, memory, frames }: PartProps & { frames: number }) {
  const since = useSignal<"start" | "last">("start");
  const by = useSignal<"line" | "traceback">("line");
  const top = useSignal(20);
  const busy = memory.busy !== undefined;
  const ask = (op: "diff" | "stop"): void => {
    const wanted = frames > 1 ? by.value : "line";
    void lookAtMemory(instance, { op, by: wanted, since: since.value, top: top.value });
  };
  return (
    <>
      {!memory.growth && (
        <p>
          Allocations are traced from now on. Let the program work for a while, then look what has become
          more.
        </p>
      )}
      <div class="memory-controls">
        <Segments
          label="Compare with"
          value={since.value}
          choices={SINCE}
          change={(value) => (since.value = value)}
        />
        {frames > 1 && (
          <Segments label="Add up" value={by.value} choices={BY} change={(value) => (by.value = value)} />
        )}
        <RowsChoice top={top} />
        <button class="primary" title={LOOKING_COSTS} disabled={busy} onClick={() => ask("diff")}>
          {memory.busy === "diff" ? "Looking…" : "Look now"}
        </button>
        <button title="A last look, and the end of tracing" disabled={busy} onClick={() => ask("stop")}>
          {memory.busy === "stop" ? "Stopping…" : "Stop tracing"}
        </button>
      </div>
      <p class="note">{LOOKING_COSTS}</p>
    </>
  );
}

function Growth(props: { answer: MemoryAnswer; by: "line" | "traceback"; since: "start" | "last" }) {
  const { answer, by, since } = props;
  return (
    <>
      <p class="memory-summary" role="status">
        Since the {since === "start" ? "start" : "look before"}: {growthSummary(answer)}
      </p>
      <GrowthTable answer={answer} by={by} label="What grows" />
    </>
  );
}
