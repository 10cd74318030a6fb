/** What the hub knows now: instances, probes, hits. Pure: a message makes a new Fleet of an old one. */
import type { Instance, LiveMessage, ProbeView, SnapshotSummary } from "../wire";

export interface Fleet {
  readonly instances: ReadonlyMap<string, Instance>;
  readonly probes: ReadonlyMap<string, ProbeView>;
  /** Snapshots and log lines, newest first, at most `MAX_HITS` of each. */
  readonly hits: readonly SnapshotSummary[];
}

export interface Service {
  name: string;
  /** Connected, newest process first. */
  up: Instance[];
  /** Gone, last seen first. */
  down: Instance[];
}

export const MAX_HITS = 500;

export const EMPTY_FLEET: Fleet = { instances: new Map(), probes: new Map(), hits: [] };

export function makeFleet(instances: Instance[], probes: ProbeView[], hits: SnapshotSummary[]): Fleet {
  return {
    instances: new Map(instances.map((instance) => [instance.id, instance])),
    probes: new Map(probes.map((view) => [view.probe.id, view])),
    hits: newestFirst(hits),
  };
}

/** Apply one live message. An unknown one (a newer hub's) changes nothing. */
export function applyMessage(fleet: Fleet, message: LiveMessage): Fleet {
  switch (message.t) {
    case "live_instance": {
      const instances = new Map(fleet.instances).set(message.instance.id, message.instance);
      return { ...fleet, instances };
    }
    case "live_probe":
      return withProbe(fleet, message.view);
    case "live_probe_removed":
      return withoutProbe(fleet, message.id);
    case "live_snapshot":
      if (fleet.hits.some((hit) => hit.id === message.summary.id)) return fleet;
      return { ...fleet, hits: newestFirst([message.summary, ...fleet.hits]) };
    default:
      return fleet;
  }
}

export function withProbe(fleet: Fleet, view: ProbeView): Fleet {
  return { ...fleet, probes: new Map(fleet.probes).set(view.probe.id, view) };
}

export function withoutProbe(fleet: Fleet, id: string): Fleet {
  if (!fleet.probes.has(id)) return fleet;
  const probes = new Map(fleet.probes);
  probes.delete(id);
  return { ...fleet, probes };
}

/** Services by name; also those of which only a probe is left. */
export function servicesOf(fleet: Fleet): Service[] {
  const services = new Map<string, Service>();
  const service = (name: string): Service => {
    const found = services.get(name) ?? { name, up: [], down: [] };
    services.set(name, found);
    return found;
  };
  for (const instance of fleet.instances.values()) service(instance.service)[instance.state].push(instance);
  for (const view of fleet.probes.values()) service(view.probe.service);
  for (const { up, down } of services.values()) {
    up.sort((a, b) => b.started_at_ms - a.started_at_ms || b.pid - a.pid);
    down.sort((a, b) => b.last_seen_ms - a.last_seen_ms);
  }
  return [...services.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** A service's probes, newest first. */
export function probesOf(fleet: Fleet, service: string): ProbeView[] {
  return [...fleet.probes.values()]
    .filter((view) => view.probe.service === service)
    .sort((a, b) => b.probe.created_at_ms - a.probe.created_at_ms);
}

/** Whether a hit is more than its line: it can be opened, and is a row of its probe's table. */
export function hasBody({ kind = "snapshot" }: { kind?: string }): boolean {
  return kind !== "log";
}

/** Whether it is of variables; others show as lines: of logs, attributes of spans, readings of memory. */
export function isSnapshot({ kind = "snapshot" }: { kind?: string }): boolean {
  return kind === "snapshot";
}

/** Lines come often: they do not push out the snapshots. */
function newestFirst(hits: SnapshotSummary[]): SnapshotSummary[] {
  const left = { snapshots: MAX_HITS, lines: MAX_HITS };
  return [...hits]
    .sort((a, b) => b.position - a.position)
    .filter((hit) => left[isSnapshot(hit) ? "snapshots" : "lines"]-- > 0);
}
