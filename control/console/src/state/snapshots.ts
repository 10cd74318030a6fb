/** The hits of the chosen service, and the snapshot that is open. */
import { batch, computed, effect, signal, untracked } from "@preact/signals";
import { readSnapshot, readSource, readStoredSource, snapshotBefore } from "../api";
import { type Body, type Frame, parseBody } from "../snapshot/body";
import type { SnapshotSummary, SnapshotView, Source } from "../wire";
import { hasBody } from "./fleet";
import { fleet, instances } from "./hub";
import { awaited, draft } from "./probes";
import { messageOf } from "./session";
import { jump, line, middle, path, probeFilter, service, showMiddle, snapshot } from "./view";

export interface OpenSnapshot {
  state: "loading" | "ready" | "failed";
  view?: SnapshotView;
  body?: Body;
  problem?: string;
}

export const openedSnapshot = signal<OpenSnapshot | null>(null);
/** Position in the stack of the frame that shows. */
export const frameIndex = signal(0);

/** Of one probe where only its hits are wanted, or its table is open. */
export const shownHits = computed<SnapshotSummary[]>(() => {
  const only = middle.value.kind === "hits" ? middle.value.probe : probeFilter.value;
  return fleet.value.hits.filter((hit) => hit.service === service.value && (!only || hit.probe === only));
});

export const shownFrame = computed<Frame | undefined>(
  () => openedSnapshot.value?.body?.frames[frameIndex.value],
);

/** A snapshot never changes, so what was read once need not be read again. */
const MAX_KEPT = 50;
const kept = new Map<string, OpenSnapshot>();

export function followSnapshot(): void {
  followFirstHit();
  effect(() => {
    const id = snapshot.value;
    untracked(() => {
      frameIndex.value = 0;
      compareProblem.value = "";
      if (id === "") openedSnapshot.value = null;
      else void load(id);
    });
  });
}

async function load(id: string): Promise<void> {
  const known = kept.get(id);
  openedSnapshot.value = known ?? { state: "loading" };
  if (known?.view) showInSource(known.view.summary);
  if (known) return;
  const result = await read(id);
  if (snapshot.peek() !== id) return;
  if (result.view) {
    if (kept.size >= MAX_KEPT) kept.delete(kept.keys().next().value ?? "");
    kept.set(id, result);
    // The address may hold the beginning of an id only, or a snapshot of another service.
    if (!service.peek()) service.value = result.view.summary.service;
  }
  openedSnapshot.value = result;
  if (result.view) showInSource(result.view.summary);
}

/** The source follows when nothing else is open in it. */
function showInSource({ file, line: hitLine = 0 }: SnapshotSummary): void {
  if (!file || (path.peek() !== "" && path.peek() !== file)) return;
  batch(() => {
    path.value = file;
    line.value = hitLine;
    jump.value++;
  });
}

/** Who set a probe here waits for its first snapshot: open it, unless another is being read. */
function followFirstHit(): void {
  effect(() => {
    const waiting = awaited.value;
    // The snapshot may be here before the answer that tells the probe's id.
    const hit = fleet.value.hits.findLast((one) => hasBody(one) && waiting.has(one.probe));
    if (!hit) return;
    untracked(() => {
      awaited.value = new Set([...waiting].filter((probe) => probe !== hit.probe));
      if (snapshot.value === "" && draft.value?.line !== 0) snapshot.value = hit.id;
    });
  });
}

/** Which frames of a snapshot are of libraries, by their number in the stack; none when it cannot be read. */
export async function libraryFrames(id: string): Promise<ReadonlySet<number>> {
  const { body } = kept.get(id) ?? (await read(id));
  const numbers = body?.frames.flatMap(({ library }, number) => (library ? [number] : []));
  return new Set(numbers);
}

async function read(id: string): Promise<OpenSnapshot> {
  try {
    const view = await readSnapshot(id);
    const body = parseBody(view.body);
    if (body) return { state: "ready", view, body };
    return {
      state: "failed",
      problem: "This snapshot has a format that this console does not know. Reload the page.",
    };
  } catch (error) {
    return { state: "failed", problem: messageOf(error) };
  }
}

const sources = new Map<string, Promise<Source | undefined>>();

/** The text of a frame's file: the hub's copy by hash for the hit, else asked of the process if it still runs. */
export function sourceOfFrame(summary: SnapshotSummary, frame: Frame): Promise<Source | undefined> {
  const hash = frame.file === summary.file ? summary.source_sha256 : undefined;
  const key = hash ?? `${summary.instance} ${frame.file}`;
  let found = sources.get(key);
  if (!found) {
    found = readFrameSource(summary.instance, frame.file, hash);
    sources.set(key, found);
    void found.then((source) => {
      if (!source) sources.delete(key); // it may be there at the next look
    });
  }
  return found;
}

async function readFrameSource(
  instance: string,
  file: string,
  hash: string | undefined,
): Promise<Source | undefined> {
  if (hash) {
    try {
      return await readStoredSource(hash);
    } catch {
      // not kept: the process may still tell
    }
  }
  if (instances.peek().get(instance)?.state !== "up") return undefined;
  try {
    return await readSource(instance, file);
  } catch {
    return undefined;
  }
}

/** Said beside the button: why there is nothing to compare with. */
export const compareProblem = signal("");

/** The hit that is open, also while its values are still on their way. */
function chosenHit(): SnapshotSummary | undefined {
  const id = snapshot.peek();
  return id === ""
    ? undefined
    : (openedSnapshot.peek()?.view?.summary ?? fleet.peek().hits.find((hit) => hit.id === id));
}

/** Show what differs between the open snapshot and the one of the same probe before it. */
export async function compareWithPrevious(): Promise<void> {
  const hit = chosenHit();
  if (!hit) return;
  compareProblem.value = "";
  try {
    const before = await snapshotBefore(hit);
    if (chosenHit()?.id !== hit.id) return;
    if (before) showMiddle({ kind: "diff", left: before.id, right: hit.id });
    else compareProblem.value = "This is the first snapshot of its probe: there is none before it.";
  } catch (error) {
    compareProblem.value = messageOf(error);
  }
}

/** Show the table over all hits of the open snapshot's probe, also of one that was removed. */
export function showTable(): void {
  const hit = chosenHit();
  if (hit) showMiddle({ kind: "hits", probe: hit.probe, columns: "" });
}

/** The hit before or after the open one in the list; undefined at the ends. */
export function neighbour(step: 1 | -1): SnapshotSummary | undefined {
  const hits = shownHits.value.filter(hasBody);
  const at = hits.findIndex(({ id }) => id === snapshot.value);
  return at < 0 ? undefined : hits[at + step];
}
