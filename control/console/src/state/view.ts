/** What this page shows: kept in the address, so that a view can be shared and the back button works. */
import { batch, effect, signal } from "@preact/signals";

export type Tab = "services" | "source" | "probes";

/** What the middle pane shows. */
export type Middle =
  | { kind: "source" }
  /** A table over the hits of a probe; `columns`: paths with commas between them, empty: as the hub thinks best. */
  | { kind: "hits"; probe: string; columns: string }
  /** What differs between two snapshots. */
  | { kind: "diff"; left: string; right: string }
  | { kind: "memory" | "threads"; instance: string };

/** What the middle pane is called. */
export const MIDDLE_WORDS: Record<Middle["kind"], string> = {
  source: "Source",
  hits: "Hits",
  diff: "Differences",
  memory: "Memory",
  threads: "Threads",
};

export const SOURCE: Middle = { kind: "source" };

export const service = signal("");
/** The instance whose files show; empty: any of the service. */
export const instance = signal("");
export const path = signal("");
/** The line to show and mark as current; 0: none. */
export const line = signal(0);
/** The snapshot that is open; empty: none. */
export const snapshot = signal("");
/** Hits of this probe only; empty: all of the service. */
export const probeFilter = signal("");
export const middle = signal<Middle>(SOURCE);
/** The pane that shows on a narrow screen. */
export const tab = signal<Tab>("services");
/** Grows whenever the code viewer shall scroll to `line`, even to the same again. */
export const jump = signal(0);

export interface Address {
  service: string;
  path: string;
  line: number;
  snapshot: string;
  middle: Middle;
}

export function readAddress(hash: string): Address {
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  const number = Number(parameters.get("line") ?? "0");
  return {
    service: parameters.get("service") ?? "",
    path: parameters.get("path") ?? "",
    line: Number.isSafeInteger(number) && number > 0 ? number : 0,
    snapshot: parameters.get("snapshot") ?? "",
    middle: readMiddle(parameters),
  };
}

function readMiddle(parameters: URLSearchParams): Middle {
  const text = (name: string): string => parameters.get(name) ?? "";
  const kind = text("view");
  switch (kind) {
    case "hits":
      return text("probe") ? { kind, probe: text("probe"), columns: text("columns") } : SOURCE;
    case "diff":
      return text("left") && text("right") ? { kind, left: text("left"), right: text("right") } : SOURCE;
    case "memory":
    case "threads":
      return { kind, instance: text("instance") };
    default:
      return SOURCE;
  }
}

export function writeAddress(address: Address): string {
  const parameters = new URLSearchParams();
  if (address.service) parameters.set("service", address.service);
  if (address.path) parameters.set("path", address.path);
  if (address.path && address.line > 0) parameters.set("line", String(address.line));
  if (address.snapshot) parameters.set("snapshot", address.snapshot);
  const { kind, ...more } = address.middle;
  if (kind !== "source") parameters.set("view", kind);
  for (const [name, value] of Object.entries(more)) if (value) parameters.set(name, value);
  const text = parameters.toString();
  return text ? `#${text}` : "";
}

/** Keep the address bar and the signals the same, in both directions. */
export function followAddress(): void {
  const take = (): void => {
    const address = readAddress(location.hash);
    batch(() => {
      service.value = address.service;
      path.value = address.path;
      line.value = address.line;
      snapshot.value = address.snapshot;
      middle.value = address.middle;
      if (address.snapshot) tab.value = "probes";
      else if (address.path || address.middle.kind !== "source") tab.value = "source";
      jump.value++;
    });
  };
  take();
  window.addEventListener("popstate", take);
  let shown: Middle | undefined;
  effect(() => {
    const now = middle.value;
    const hash = writeAddress({
      service: service.value,
      path: path.value,
      line: line.value,
      snapshot: snapshot.value,
      middle: now,
    });
    const place = location.pathname + location.search + hash;
    // Columns that are being typed are no way to go back.
    const typing = now.kind === "hits" && shown?.kind === "hits" && now.columns !== shown.columns;
    if (location.hash !== hash) {
      if (shown === undefined || typing) history.replaceState(null, "", place);
      else history.pushState(null, "", place);
    }
    shown = now;
  });
}

export function chooseService(name: string, instanceId = ""): void {
  batch(() => {
    if (name !== service.value) {
      path.value = "";
      line.value = 0;
      snapshot.value = "";
      probeFilter.value = "";
      middle.value = SOURCE;
    }
    service.value = name;
    instance.value = instanceId;
  });
}

export function openFile(filePath: string, atLine = 0): void {
  batch(() => {
    path.value = filePath;
    line.value = atLine;
    middle.value = SOURCE;
    tab.value = "source";
    jump.value++;
  });
}

export function openSnapshot(id: string): void {
  batch(() => {
    snapshot.value = id;
    tab.value = "probes";
  });
}

export function closeSnapshot(): void {
  snapshot.value = "";
}

/** Show something else than the source in the middle. */
export function showMiddle(wanted: Middle): void {
  batch(() => {
    middle.value = wanted;
    tab.value = "source";
  });
}

export function closeMiddle(): void {
  middle.value = SOURCE;
}
