import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { plural } from "../count";
import { type MemoryAnswer, sizeWords } from "../memory";
import { lookAtMemory, memoryOf, upInstances } from "../state/memory";
import { service } from "../state/view";
import { EmptyState } from "./EmptyState";
import { MemoryCensus } from "./MemoryCensus";
import { MemoryGrowth } from "./MemoryGrowth";
import { MiddleHead } from "./MiddleHead";
import { ProcessChoice } from "./ProcessChoice";
import { Segments } from "./Segments";

type Question = "growth" | "census";

const QUESTIONS: [Question, string, string][] = [
  ["growth", "What grows", "Trace allocations and compare two moments"],
  ["census", "Objects by type", "Count the live objects, without tracing"],
];

/** Where the memory of one process went. */
export function MemoryPane({ instance }: { instance: string }) {
  const question = useSignal<Question>("growth");
  const up = upInstances.value;
  const process = instance ? up.find(({ id }) => id === instance) : up[0];
  const id = process?.id ?? "";
  useEffect(() => {
    if (id) void lookAtMemory(id, { op: "status" });
  }, [id]);

  const { status, problem } = memoryOf(id);
  return (
    <div class="middle">
      <MiddleHead title={`Memory of ${service.value}`}>
        <ProcessChoice kind="memory" chosen={id} gone={instance && !process ? instance : ""} />
      </MiddleHead>
      {!process && <NoProcess />}
      {process && (
        <div class="middle-body">
          <Segments
            label="What to look at"
            value={question.value}
            choices={QUESTIONS}
            change={(wanted) => (question.value = wanted)}
          />
          {status && <p class="muted">{statusWords(status)}</p>}
          {problem && (
            <p class="problem" role="alert">
              {problem}{" "}
              <button class="link" onClick={() => void lookAtMemory(id, { op: "status" })}>
                Ask again
              </button>
            </p>
          )}
          {question.value === "growth" ? <MemoryGrowth instance={id} /> : <MemoryCensus instance={id} />}
        </div>
      )}
    </div>
  );
}

export function NoProcess() {
  return (
    <EmptyState title="That process is not connected.">
      <p>Choose another one above; what is shown here is asked of a process that runs.</p>
    </EmptyState>
  );
}

function statusWords({
  rss_bytes: resident = 0,
  tracing,
  frames = 0,
  tracer_bytes: tracer = 0,
}: MemoryAnswer) {
  const parts = [resident > 0 && `${sizeWords(resident)} resident`];
  if (tracing)
    parts.push(`tracing, ${plural(frames, "line")} of each stack`, `traces take ${sizeWords(tracer)}`);
  else parts.push("not tracing");
  return parts.filter(Boolean).join(" · ");
}
