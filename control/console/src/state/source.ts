/** The text of the file that is open, as it runs. */
import { effect, signal, untracked } from "@preact/signals";
import { readSource, readStoredSource } from "../api";
import { matchesPath } from "../location";
import type { Source } from "../wire";
import { askedInstances, fileList } from "./files";
import { fleet, instances } from "./hub";
import { messageOf } from "./session";
import { path, service } from "./view";

export interface OpenSource {
  state: "none" | "loading" | "ready" | "failed";
  source?: Source;
  /** The instance that told it; absent: the hub's own copy of an earlier time. */
  instance?: string;
  problem?: string;
}

export const openSource = signal<OpenSource>({ state: "none" });

let generation = 0;

export function followSource(): void {
  effect(() => {
    const wanted = path.value;
    // A first list or a first instance may make readable what was not.
    const ready = service.value && (fileList.value.state === "ready" || askedInstances.value.length > 0);
    untracked(() => {
      const open = openSource.value;
      const same = open.source && wanted === open.source.path && open.state === "ready";
      if (wanted === "") openSource.value = { state: "none" };
      else if (!same && (ready || open.state !== "failed")) void loadSource();
    });
  });
}

export async function loadSource(): Promise<void> {
  const mine = ++generation;
  const wanted = path.peek();
  const shown = openSource.peek();
  openSource.value = shown.source?.path === wanted ? { ...shown, state: "loading" } : { state: "loading" };
  const result = await findSource(wanted);
  if (mine !== generation || path.peek() !== wanted) return;
  // A short name from the search is answered with the full one.
  if (result.source && result.source.path !== wanted) path.value = result.source.path;
  openSource.value = result;
}

/** From a process that has it loaded, or else the hub's copy of what a probe or a snapshot saw. */
async function findSource(wanted: string): Promise<OpenSource> {
  const owner = fileList.peek().owners.get(wanted);
  const ids = [...new Set([...(owner ? [owner] : []), ...askedInstances.peek().map(({ id }) => id)])];
  let problem = "";
  for (const id of ids) {
    if (instances.peek().get(id)?.state !== "up") continue;
    try {
      return { state: "ready", source: await readSource(id, wanted), instance: id };
    } catch (error) {
      problem ||= messageOf(error);
    }
  }
  const known = knownHash(wanted);
  if (known) {
    try {
      return { state: "ready", source: await readStoredSource(known) };
    } catch (error) {
      problem ||= messageOf(error);
    }
  }
  return {
    state: "failed",
    problem: problem || `No process of ${service.peek()} is connected to read it from.`,
  };
}

/** The hash under which the hub keeps a text of this file, if a hit or a probe told one. */
function knownHash(wanted: string): string | undefined {
  const { hits, probes } = fleet.peek();
  const hit = hits.find(
    (one) => one.service === service.peek() && one.source_sha256 && matchesPath(one.file ?? "", wanted),
  );
  if (hit?.source_sha256) return hit.source_sha256;
  for (const view of probes.values()) {
    if (view.probe.service !== service.peek()) continue;
    const state = view.states.find((one) => one.source_sha256 && matchesPath(one.file ?? "", wanted));
    if (state?.source_sha256) return state.source_sha256;
  }
  return undefined;
}
