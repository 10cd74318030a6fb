/** The page's keyboard shortcuts. Fields keep their keys; only Escape leaves them. */
import { signal } from "@preact/signals";
import { closeDraft, draft, startDraft } from "./state/probes";
import { compareWithPrevious, neighbour, showTable } from "./state/snapshots";
import {
  closeMiddle,
  closeSnapshot,
  instance,
  openSnapshot,
  service,
  showMiddle,
  snapshot,
  tab,
} from "./state/view";

export const helpOpen = signal(false);

export const SHORTCUTS: [keys: string[], what: string][] = [
  [["/"], "search the loaded files"],
  [["↑", "↓"], "move through lines, files, variables"],
  [["Enter"], "in the source: probe the current line"],
  [["n"], "probe a location by typing it"],
  [["j", "k"], "next and previous snapshot"],
  [["d"], "what differs from the probe's snapshot before"],
  [["t"], "table over the hits of the open snapshot's probe"],
  [["m"], "memory of a process"],
  [["s"], "stacks of all threads of a process"],
  [["Esc"], "close the form, the snapshot, the view, this help"],
  [["?"], "show this help"],
];

const ACTIONS: Record<string, () => void> = {
  "/": focusSearch,
  n: () => {
    if (!service.value) return;
    tab.value = "probes";
    startDraft("", 0);
  },
  j: () => step(1),
  k: () => step(-1),
  d: () => void compareWithPrevious(),
  t: showTable,
  m: () => service.value && showMiddle({ kind: "memory", instance: instance.value }),
  s: () => service.value && showMiddle({ kind: "threads", instance: instance.value }),
  "?": () => (helpOpen.value = !helpOpen.value),
};

export function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    closeTopmost();
    return;
  }
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("input, textarea, select, [contenteditable=true]")) return;
  const action = Object.hasOwn(ACTIONS, event.key) ? ACTIONS[event.key] : undefined;
  if (!action) return;
  event.preventDefault();
  action();
}

function closeTopmost(): void {
  if (helpOpen.value) helpOpen.value = false;
  else if (draft.value) closeDraft();
  else if (snapshot.value) closeSnapshot();
  else closeMiddle();
}

function focusSearch(): void {
  tab.value = "services";
  // At once, so that no key typed next is lost; on a narrow screen once the pane is on it.
  if (!takeSearch()) requestAnimationFrame(takeSearch);
}

function takeSearch(): boolean {
  const search = document.getElementById("file-search");
  if (!(search instanceof HTMLInputElement)) return false;
  search.focus();
  search.select();
  return document.activeElement === search;
}

function step(by: 1 | -1): void {
  const hit = neighbour(by);
  if (hit) openSnapshot(hit.id);
}
