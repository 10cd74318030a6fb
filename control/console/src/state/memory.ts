/** What is known of the memory of each process: asked when somebody wants to know, kept while the page is open. */
import { computed, signal } from "@preact/signals";
import { askMemory } from "../api";
import type { MemoryAnswer } from "../memory";
import type { Instance, MemoryRequest } from "../wire";
import { services } from "./hub";
import { messageOf } from "./session";
import { service } from "./view";

export type MemoryOp = NonNullable<MemoryRequest["op"]>;

export interface InstanceMemory {
  /** The latest answer: whether it traces, how large it is. */
  status?: MemoryAnswer;
  growth?: { answer: MemoryAnswer; by: "line" | "traceback"; since: "last" | "start" };
  census?: MemoryAnswer;
  censusBefore?: MemoryAnswer;
  /** What is being asked. */
  busy?: MemoryOp;
  problem?: string;
}

const known = signal<ReadonlyMap<string, InstanceMemory>>(new Map());

/** The connected processes of the chosen service, newest first. */
export const upInstances = computed<Instance[]>(
  () => services.value.find(({ name }) => name === service.value)?.up ?? [],
);

export function memoryOf(instance: string): InstanceMemory {
  return known.value.get(instance) ?? {};
}

function keep(instance: string, more: InstanceMemory): void {
  known.value = new Map(known.peek()).set(instance, more);
}

/** Ask one process; what it answers, or why it does not, is in memoryOf() afterwards. */
export async function lookAtMemory(instance: string, request: MemoryRequest): Promise<void> {
  const before = { ...known.peek().get(instance) };
  delete before.problem;
  if (before.busy) return;
  keep(instance, { ...before, busy: request.op ?? "status" });
  try {
    keep(instance, withAnswer(before, request, await askMemory(instance, request)));
  } catch (error) {
    keep(instance, { ...before, problem: messageOf(error) });
  }
}

function withAnswer(before: InstanceMemory, request: MemoryRequest, answer: MemoryAnswer): InstanceMemory {
  const after = { ...before, status: answer };
  switch (request.op) {
    case "diff":
    case "stop":
      return { ...after, growth: { answer, by: request.by ?? "line", since: request.since ?? "last" } };
    case "census":
      return before.census
        ? { ...after, census: answer, censusBefore: before.census }
        : { ...after, census: answer };
    case "start": {
      delete after.growth;
      return after;
    }
    default:
      return after;
  }
}
