/** What this page shows: kept in the address, so that a view can be shared and the back button works. */
import { batch, effect, signal } from "@preact/signals";

export type Tab = "services" | "source" | "probes";

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
/** The pane that shows on a narrow screen. */
export const tab = signal<Tab>("services");
/** Grows whenever the code viewer shall scroll to `line`, even to the same again. */
export const jump = signal(0);

export interface Address {
  service: string;
  path: string;
  line: number;
  snapshot: string;
}

export function readAddress(hash: string): Address {
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  const number = Number(parameters.get("line") ?? "0");
  return {
    service: parameters.get("service") ?? "",
    path: parameters.get("path") ?? "",
    line: Number.isSafeInteger(number) && number > 0 ? number : 0,
    snapshot: parameters.get("snapshot") ?? "",
  };
}

export function writeAddress(address: Address): string {
  const parameters = new URLSearchParams();
  if (address.service) parameters.set("service", address.service);
  if (address.path) parameters.set("path", address.path);
  if (address.path && address.line > 0) parameters.set("line", String(address.line));
  if (address.snapshot) parameters.set("snapshot", address.snapshot);
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
      if (address.snapshot) tab.value = "probes";
      else if (address.path) tab.value = "source";
      jump.value++;
    });
  };
  take();
  window.addEventListener("popstate", take);
  let first = true;
  effect(() => {
    const hash = writeAddress({
      service: service.value,
      path: path.value,
      line: line.value,
      snapshot: snapshot.value,
    });
    const place = location.pathname + location.search + hash;
    if (location.hash !== hash) {
      if (first) history.replaceState(null, "", place);
      else history.pushState(null, "", place);
    }
    first = false;
  });
}

export function chooseService(name: string, instanceId = ""): void {
  batch(() => {
    if (name !== service.value) {
      path.value = "";
      line.value = 0;
      snapshot.value = "";
      probeFilter.value = "";
    }
    service.value = name;
    instance.value = instanceId;
  });
}

export function openFile(filePath: string, atLine = 0): void {
  batch(() => {
    path.value = filePath;
    line.value = atLine;
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
