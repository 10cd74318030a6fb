/** The loaded files of the chosen service, asked of its running processes. */
import { computed, effect, signal, untracked } from "@preact/signals";
import { listFiles } from "../api";
import { baseName, matchesPath, parsePlace } from "../location";
import type { File, Instance } from "../wire";
import { services } from "./hub";
import { messageOf } from "./session";
import { instance, service } from "./view";

/** Pre-forked workers load more than their parent: ask some, and show what any of them has. */
const ASKED_INSTANCES = 4;

export interface FileList {
  state: "none" | "loading" | "ready" | "failed";
  files: File[];
  /** path -> an instance that has it loaded */
  owners: ReadonlyMap<string, string>;
  cut: boolean;
  problem: string;
}

const NO_FILES: FileList = { state: "none", files: [], owners: new Map(), cut: false, problem: "" };

export const fileList = signal<FileList>(NO_FILES);
export const fileSearch = signal("");
export const showLibrary = signal(false);

/** The connected instances to ask: the one chosen, or the newest of the service. */
export const askedInstances = computed<Instance[]>(() => {
  const up = services.value.find(({ name }) => name === service.value)?.up ?? [];
  const chosen = up.filter(({ id }) => id === instance.value);
  return (chosen.length > 0 ? chosen : up).slice(0, ASKED_INSTANCES);
});

const askedKey = computed(() => `${service.value} ${askedInstances.value.map(({ id }) => id).join(" ")}`);

let generation = 0;

export function followFiles(): void {
  let shown = "";
  effect(() => {
    const key = askedKey.value;
    untracked(() => {
      if (service.value !== shown) fileList.value = NO_FILES;
      shown = service.value;
      if (key) void loadFiles();
    });
  });
}

export async function loadFiles(): Promise<void> {
  const mine = ++generation;
  const asked = askedInstances.peek();
  if (asked.length === 0) {
    // What was listed of a process that is gone may still be read; nothing new can be.
    if (fileList.peek().state === "loading") fileList.value = NO_FILES;
    return;
  }
  if (fileList.peek().state !== "ready") fileList.value = { ...NO_FILES, state: "loading" };
  const answers = await Promise.allSettled(asked.map(({ id }) => listFiles(id)));
  if (mine === generation) fileList.value = mergeAnswers(asked, answers);
}

type Answer = PromiseSettledResult<{ files: File[]; cut: boolean }>;

function mergeAnswers(asked: Instance[], answers: Answer[]): FileList {
  const files = new Map<string, File>();
  const owners = new Map<string, string>();
  let cut = false;
  let problem = "";
  let answered = 0;
  answers.forEach((answer, position) => {
    if (answer.status === "rejected") {
      problem ||= messageOf(answer.reason);
      return;
    }
    answered++;
    cut ||= answer.value.cut;
    for (const file of answer.value.files) {
      if (files.has(file.path)) continue;
      files.set(file.path, file);
      owners.set(file.path, asked[position]?.id ?? "");
    }
  });
  if (answered === 0) return { ...NO_FILES, state: "failed", problem };
  return { state: "ready", files: [...files.values()], owners, cut, problem: "" };
}

/** Files that match the search, best first: by name, then by path or module. */
export function searchFiles(files: readonly File[], search: string, library: boolean): File[] {
  const { path: wanted } = parsePlace(search.toLowerCase());
  const ranked: [number, File][] = [];
  for (const file of files) {
    if (file.library && !library) continue;
    const rank = rankFile(file, wanted);
    if (rank >= 0) ranked.push([rank, file]);
  }
  return ranked
    .sort(([a, x], [b, y]) => Number(x.library ?? false) - Number(y.library ?? false) || a - b)
    .map(([, file]) => file);
}

function rankFile(file: File, wanted: string): number {
  if (wanted === "") return 0;
  const path = file.path.toLowerCase();
  const name = baseName(path);
  if (name === wanted || matchesPath(path, wanted)) return 0;
  if (name.startsWith(wanted)) return 1;
  if (name.includes(wanted)) return 2;
  if (path.includes(wanted)) return 3;
  return file.module?.toLowerCase().includes(wanted) ? 4 : -1;
}
