/** Messages as the hub sends them, for tests. */
import type { Instance, Probe, ProbeState, ProbeView, SnapshotSummary } from "../src/wire";

export function instance(id: string, more: Partial<Instance> = {}): Instance {
  return {
    id,
    service: "shop",
    host: "web-1",
    pid: 7,
    python: "3.13.0",
    engine: "monitoring",
    agent_version: "0.1.0",
    state: "up",
    started_at_ms: 1,
    connected_at_ms: 1,
    last_seen_ms: 1,
    ...more,
  };
}

export function probeView(id: string, more: Partial<Probe> = {}, states: ProbeState[] = []): ProbeView {
  const probe: Probe = {
    id,
    version: 1,
    service: "shop",
    location: "shop/pricing.py:20",
    action: "snapshot",
    limits: { hits: 1, expires_at_ms: 0 },
    created_at_ms: 1,
    created_by: "admin",
    ...more,
  };
  return { probe, states };
}

export function state(instanceId: string, more: Partial<ProbeState> = {}): ProbeState {
  return { probe: "p", probe_version: 1, instance: instanceId, state: "armed", gates: {}, ...more };
}

export function summary(position: number): SnapshotSummary {
  return {
    id: `s${position}`,
    position,
    probe: "p",
    instance: "a",
    service: "shop",
    seq: position,
    time_us: position * 1_000_000,
  };
}
