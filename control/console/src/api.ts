/** The hub's HTTP calls (docs/api.md), one function each. */
import type { Checked } from "./check";
import type { MemoryAnswer } from "./memory";
import type { Diff, HitTable, ValueAnswer } from "./reading";
import type { ThreadDump } from "./threads";
import type {
  ApiError,
  CheckRequest,
  File,
  Instance,
  MemoryRequest,
  MetricView,
  ProbeEdit,
  ProbeRequest,
  ProbeView,
  SessionRequest,
  SnapshotSummary,
  SnapshotView,
  Source,
  ThreadsRequest,
} from "./wire";

/** An answer of 400 and above, or none at all (status 0). `message` is for people and says what to do. */
export class ApiFailure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

let signOut = (): void => undefined;

/** `handler` runs whenever the hub says that this browser is not signed in (any more). */
export function onUnauthenticated(handler: () => void): void {
  signOut = handler;
}

/** Milliseconds to add to this machine's clock to get the hub's, as far as its answers tell. */
export let hubClockOffsetMs = 0;

export async function whoami(signal?: AbortSignal): Promise<string> {
  return (await call<{ name: string }>("GET", "whoami", undefined, signal)).name;
}

export async function signIn(token: string): Promise<void> {
  const body: SessionRequest = { token };
  await call("POST", "session", body);
}

export async function endSession(): Promise<void> {
  await call("DELETE", "session");
}

export async function listInstances(): Promise<Instance[]> {
  return (await call<{ instances: Instance[] }>("GET", "instances")).instances;
}

export async function listProbes(): Promise<ProbeView[]> {
  return (await call<{ probes: ProbeView[] }>("GET", "probes")).probes;
}

/** The newest of one kind. */
export async function listHits(
  kinds: "snapshot" | "log,span,memory",
  limit: number,
): Promise<SnapshotSummary[]> {
  const path = `snapshots?kind=${kinds}&limit=${limit}`;
  return (await call<{ snapshots: SnapshotSummary[] }>("GET", path)).snapshots;
}

export async function listFiles(instance: string): Promise<{ files: File[]; cut: boolean }> {
  return call("GET", `instances/${encodeURIComponent(instance)}/files`);
}

export async function readSource(instance: string, path: string): Promise<Source> {
  return call("GET", `instances/${encodeURIComponent(instance)}/source?path=${encodeURIComponent(path)}`);
}

export async function readStoredSource(sha256: string): Promise<Source> {
  return call("GET", `sources/${encodeURIComponent(sha256)}`);
}

export async function setProbe(request: ProbeRequest): Promise<ProbeView> {
  return call("POST", "probes", request);
}

export async function changeProbe(id: string, edit: ProbeEdit): Promise<ProbeView> {
  return call("PATCH", `probes/${encodeURIComponent(id)}`, edit);
}

export async function readMetrics(id: string, signal: AbortSignal): Promise<MetricView[]> {
  const path = `probes/${encodeURIComponent(id)}/metrics`;
  return (await call<{ metrics: MetricView[] }>("GET", path, undefined, signal)).metrics;
}

/** What a process makes of an expression; fails when none can answer. */
export async function checkExpression(request: CheckRequest, signal: AbortSignal): Promise<Checked> {
  return call("POST", "check", request, signal);
}

/** A probe that is gone already counts as removed. */
export async function removeProbe(id: string): Promise<void> {
  try {
    await call("DELETE", `probes/${encodeURIComponent(id)}`);
  } catch (error) {
    if (!(error instanceof ApiFailure && error.status === 404)) throw error;
  }
}

export async function readSnapshot(id: string): Promise<SnapshotView> {
  return call("GET", `snapshots/${encodeURIComponent(id)}`);
}

/** A table over the hits of a probe, newest first; `columns` empty: as the hub thinks best. */
export async function readHits(
  probe: string,
  ask: { columns: string; limit: number; before?: number },
  signal: AbortSignal,
): Promise<HitTable> {
  const parameters = new URLSearchParams({ limit: String(ask.limit) });
  if (ask.columns) parameters.set("columns", ask.columns);
  if (ask.before !== undefined) parameters.set("before", String(ask.before));
  return call("GET", `probes/${encodeURIComponent(probe)}/hits?${parameters.toString()}`, undefined, signal);
}

export async function readValue(
  id: string,
  ask: { path: string; depth?: number; frame?: number },
  signal?: AbortSignal,
): Promise<ValueAnswer> {
  const { path, depth = 1, frame = 0 } = ask;
  const parameters = new URLSearchParams({ path, depth: String(depth), frame: String(frame) });
  return call("GET", `snapshots/${encodeURIComponent(id)}/value?${parameters.toString()}`, undefined, signal);
}

export async function readDiff(left: string, right: string, signal: AbortSignal): Promise<Diff> {
  const path = `snapshots/${encodeURIComponent(left)}/diff?with=${encodeURIComponent(right)}`;
  return call("GET", path, undefined, signal);
}

/** The hit of the same probe before this one; undefined when it is the first. */
export async function snapshotBefore(hit: SnapshotSummary): Promise<SnapshotSummary | undefined> {
  const parameters = new URLSearchParams({ kind: hit.kind ?? "snapshot", limit: "1" });
  parameters.set("probe", hit.probe);
  parameters.set("before", String(hit.position));
  const { snapshots } = await call<{ snapshots: SnapshotSummary[] }>(
    "GET",
    `snapshots?${parameters.toString()}`,
  );
  return snapshots[0];
}

export async function askMemory(
  instance: string,
  request: MemoryRequest,
  signal?: AbortSignal,
): Promise<MemoryAnswer> {
  return call("POST", `instances/${encodeURIComponent(instance)}/memory`, request, signal);
}

export async function dumpThreads(instance: string, request: ThreadsRequest): Promise<ThreadDump> {
  return call("POST", `instances/${encodeURIComponent(instance)}/threads`, request);
}

async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = { method, credentials: "same-origin", cache: "no-store" };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "Content-Type": "application/json" };
  }
  let response: Response;
  try {
    response = await fetch(`/api/v1/${path}`, init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiFailure(0, "unreachable", "The hub does not answer. Check that it runs, then try again.");
  }
  noteClock(response);
  if (!response.ok) throw await failure(response, path);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function failure(response: Response, path: string): Promise<ApiFailure> {
  let error: Partial<ApiError> = {};
  try {
    error = (await response.json()) as Partial<ApiError>;
  } catch {
    // A proxy's page, not the hub's answer: the status is all there is.
  }
  if (response.status === 401 && path !== "session") signOut();
  return new ApiFailure(
    response.status,
    error.error ?? "unknown",
    error.message ?? `The hub answered with status ${response.status}.`,
  );
}

function noteClock(response: Response): void {
  const sent = Date.parse(response.headers.get("Date") ?? "");
  // The header counts whole seconds; less than two of difference is not worth correcting.
  if (!Number.isNaN(sent)) hubClockOffsetMs = Math.abs(sent - Date.now()) > 2000 ? sent - Date.now() : 0;
}
