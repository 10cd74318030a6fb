/** A thread dump as people read it: threads that stand at the same lines together. Pure. */
import { count, plural } from "./count";
import { type Awaiter, type Body, parseBody, parseTask } from "./snapshot/body";
import type { ThreadFrame, ThreadsMessage, ThreadStack, ThreadView } from "./wire";

/** The hub's answer to `POST instances/ID/threads`. */
export type ThreadDump = Omit<ThreadsMessage, "t" | "request">;

export interface ThreadGroup {
  /** Stays the same from dump to dump for the same threads. */
  key: string;
  threads: ThreadView[];
  /** Absent: it runs no Python code, or could not be read. */
  stack: ThreadStack | undefined;
  /** None of them has moved since the dump before. */
  still: boolean;
}

/** In the order of the dump; threads with one stack and without variables of their own share a group. */
export function groupThreads(dump: ThreadDump, before: ThreadDump | undefined): ThreadGroup[] {
  const groups = new Map<string, ThreadGroup>();
  const places = new Map(before?.threads.map((thread) => [idOf(thread), placeOf(before, thread)]));
  for (const thread of dump.threads) {
    const index = thread.stack ?? -1;
    const alone =
      index < 0 || thread.body !== undefined || thread.task !== undefined || thread.gil !== undefined;
    const key = alone || thread.kind === "main" ? idOf(thread) : `stack ${index}`;
    const place = placeOf(dump, thread);
    const still = place !== "" && places.get(idOf(thread)) === place;
    const group = groups.get(key);
    if (group) {
      group.threads.push(thread);
      group.still &&= still;
    } else {
      groups.set(key, { key: idOf(thread), threads: [thread], stack: dump.stacks[index], still });
    }
  }
  return [...groups.values()];
}

/** A greenlet has the number of its thread. */
function idOf({ native_id: id, kind, greenlet = "" }: ThreadView): string {
  return kind === "greenlet" ? `greenlet ${greenlet}` : String(id);
}

/** Where it stands, to be compared with another dump; empty: not known. */
function placeOf(dump: ThreadDump, { stack = -1 }: ThreadView): string {
  const frames = dump.stacks[stack]?.frames;
  return frames ? JSON.stringify(frames.map(({ function: name, file, line }) => [name, file, line])) : "";
}

export function threadName(thread: ThreadView): string {
  if (thread.kind === "greenlet") return `greenlet ${thread.greenlet ?? "?"}`;
  return thread.name ?? thread.system_name ?? `thread ${thread.native_id}`;
}

const NAMES_SHOWN = 3;

/** `pool_0, pool_1, pool_2 and 497 more` */
export function groupName({ threads }: ThreadGroup): string {
  const names = threads.slice(0, NAMES_SHOWN).map(threadName).join(", ");
  const more = threads.length - NAMES_SHOWN;
  return more > 0 ? `${names} and ${count(more)} more` : names;
}

const KIND_WORDS = new Map([
  ["daemon", "daemon"],
  ["foreign", "not made by threading"],
  ["agent", "of Stroboscope"],
  ["greenlet", "suspended"],
]);

/** What else is known of a group: kind, state, time of the processor, number. */
export function groupFacts({ threads, still }: ThreadGroup, holder = 0): string[] {
  const [first] = threads;
  if (!first) return [];
  const cpu = threads.reduce((sum, { cpu_ms: ms = 0 }) => sum + ms, 0);
  const states = [...new Set(threads.map(({ state }) => state).filter((state) => state !== undefined))];
  return [
    gilWords(threads, holder),
    threads.length > 1 ? plural(threads.length, "thread") : "",
    KIND_WORDS.get(first.kind ?? "") ?? "",
    first.task === undefined ? "" : `runs ${parseTask(first.task).words}`,
    states.join(" or "),
    cpu > 0 ? `${count(cpu)} ms of processor time` : "",
    still ? "has not moved since the dump before" : "",
    threads.length === 1 && first.kind !== "greenlet" ? `id ${first.native_id}` : "",
  ].filter(Boolean);
}

/** `holder`: native_id of the thread that seems to hold it; 0: none */
function gilWords(threads: readonly ThreadView[], holder: number): string {
  if (threads.some(({ gil }) => gil === "holds")) return "holds the GIL";
  if (holder > 0 && threads.some(({ native_id: id }) => id === holder)) return "seems to hold the GIL";
  return threads[0]?.gil === "waits" ? "waits for the GIL" : "";
}

/** What the dump says of itself, beside the numbers. */
export function dumpWarnings(dump: ThreadDump): string[] {
  const holder = dump.threads.find(({ native_id: id }) => id === dump.holder);
  return [
    dump.with_gil
      ? ""
      : `Taken without the GIL: ${dump.why ?? "it was asked for"}. Stacks changed while they were read.`,
    holder ? `${threadName(holder)} seems to hold the GIL.` : "",
    dump.note ?? "",
    dump.torn ? "The list of threads changed while it was read: some may be missing." : "",
    dump.cut ? "There are more threads or frames than a dump holds." : "",
  ].filter(Boolean);
}

export function dumpSummary({
  total,
  threads,
  stacks,
  greenlets = 0,
  held_us: held = 0,
}: ThreadDump): string {
  return [
    plural(Math.max(total, threads.filter(({ kind }) => kind !== "greenlet").length), "thread"),
    greenlets > 0 ? plural(greenlets, "suspended greenlet") : "",
    plural(stacks.length, "stack"),
    held > 0 ? `the program stood still for ${(held / 1000).toFixed(2)} ms` : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

/** Whether a name, a function or a file of the group contains the text, in any case. */
export function groupMatches(group: ThreadGroup, wanted: string): boolean {
  const needle = wanted.trim().toLowerCase();
  if (needle === "") return true;
  const texts = [
    ...group.threads.map(threadName),
    ...(group.stack?.frames ?? []).flatMap(({ function: name, file = "" }) => [name, file]),
  ];
  return texts.some((text) => text.toLowerCase().includes(needle));
}

/** The variables that came with a thread. */
export function threadBody({ threads: [thread] }: ThreadGroup): Body | undefined {
  return thread?.body === undefined ? undefined : parseBody(thread.body);
}

/** The tasks that wait for the one that the thread runs. */
export function awaitersOf({ threads: [thread] }: ThreadGroup): Awaiter[] {
  return parseTask(thread?.task).awaiters;
}

/** How many frames are left out, and behind which. */
export function frameGap({ frames, depth, gap = 0 }: ThreadStack): { after: number; frames: number } | null {
  const missing = depth - frames.length;
  return missing > 0 ? { after: gap > 0 ? gap : frames.length, frames: missing } : null;
}

/** The dump as plain text, to be kept or sent. */
export function dumpText(dump: ThreadDump): string {
  const groups = groupThreads(dump, undefined);
  const parts = groups.map((group) => {
    const head = [groupName(group), ...groupFacts(group, dump.holder)].join(", ");
    return [head, ...(group.stack?.frames ?? []).map((frame) => `    ${frameText(frame)}`)].join("\n");
  });
  const when = new Date(dump.at_us / 1000).toISOString();
  return [`${when}  ${dumpSummary(dump)}`, ...dumpWarnings(dump), "", parts.join("\n\n"), ""].join("\n");
}

function frameText({ function: name, file = "?", line = 0 }: ThreadFrame): string {
  return `${name}  ${file}:${line}`;
}
