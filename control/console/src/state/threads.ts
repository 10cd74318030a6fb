/** Thread dumps of each process: the latest and the one before, kept while the page is open. */
import { signal } from "@preact/signals";
import { dumpThreads } from "../api";
import type { ThreadDump } from "../threads";
import type { ThreadsRequest } from "../wire";
import { messageOf } from "./session";

export interface InstanceThreads {
  dump?: ThreadDump;
  before?: ThreadDump;
  busy?: boolean;
  problem?: string;
}

const known = signal<ReadonlyMap<string, InstanceThreads>>(new Map());

export function threadsOf(instance: string): InstanceThreads {
  return known.value.get(instance) ?? {};
}

function keep(instance: string, more: InstanceThreads): void {
  known.value = new Map(known.peek()).set(instance, more);
}

/** Take a dump; it, or why there is none, is in threadsOf() afterwards. */
export async function takeDump(instance: string, request: ThreadsRequest): Promise<void> {
  const before = { ...known.peek().get(instance) };
  if (before.busy) return;
  delete before.problem;
  keep(instance, { ...before, busy: true });
  try {
    const dump = await dumpThreads(instance, request);
    keep(instance, before.dump ? { dump, before: before.dump } : { dump });
  } catch (error) {
    keep(instance, { ...before, problem: messageOf(error) });
  }
}
