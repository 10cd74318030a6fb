/** The fleet as the hub tells it, and whether it still does. */
import { computed, effect, signal } from "@preact/signals";
import { listHits, listInstances, listProbes, whoami } from "../api";
import { connectLive, type Live } from "../live";
import type { LiveMessage, SnapshotSummary } from "../wire";
import { applyMessage, EMPTY_FLEET, type Fleet, makeFleet, servicesOf } from "./fleet";
import { person } from "./session";

const FIRST_HITS = 200;

export type Connection = "connecting" | "live" | "lost";

export const fleet = signal<Fleet>(EMPTY_FLEET);
export const connection = signal<Connection>("connecting");
/** False until the hub has told its state once. */
export const loaded = signal(false);
/** The snapshot that arrived last, since this page is open. */
export const latestHit = signal<SnapshotSummary | null>(null);

export const instances = computed(() => fleet.value.instances);
export const services = computed(() => servicesOf(fleet.value));

/** The time, for ages and countdowns; ticks every five seconds. */
export const now = signal(Date.now());
window.setInterval(() => (now.value = Date.now()), 5000);

let live: Live | undefined;
/** Counters of many processes come in bursts: applied together, the page is drawn once. */
const BURST_MS = 16;
/** Messages to apply: soon, or once the whole state that is being fetched has come. */
let waiting: LiveMessage[] = [];
let fetching = false;
let burstTimer: number | undefined;
let reload = 0;

/** Follow the hub while somebody is signed in. */
export function followHub(): void {
  effect(() => {
    if (person.value) start();
    else stop();
  });
}

export function retryNow(): void {
  live?.retry();
}

function start(): void {
  if (live) return;
  connection.value = "connecting";
  live = connectLive({
    opened: () => {
      waiting = []; // of the connection before
      void loadAll();
    },
    message: receive,
    lost: () => {
      connection.value = "lost";
      // A closed session closes the socket, too: this call tells the two apart.
      whoami().catch(() => undefined);
    },
    check: () => whoami(AbortSignal.timeout(5000)),
  });
}

function stop(): void {
  live?.stop();
  live = undefined;
  reload++;
  fetching = false;
  waiting = [];
  loaded.value = false;
  fleet.value = EMPTY_FLEET;
}

/**
 * Fetch everything, then apply what came meanwhile. Only this finds out what was removed while the
 * connection was down.
 */
async function loadAll(): Promise<void> {
  const mine = ++reload;
  fetching = true;
  try {
    const [instanceList, probes, hits, lines] = await Promise.all([
      listInstances(),
      listProbes(),
      listHits("snapshot", FIRST_HITS),
      listHits("log,span,memory", FIRST_HITS),
    ]);
    if (mine !== reload) return;
    catchUp(makeFleet(instanceList, probes, [...hits, ...lines]));
    loaded.value = true;
    connection.value = "live";
  } catch {
    if (mine !== reload) return;
    catchUp(fleet.value);
    window.setTimeout(() => {
      if (mine === reload) void loadAll();
    }, 2000);
  }
}

function catchUp(start: Fleet): void {
  const messages = waiting;
  waiting = [];
  fetching = false;
  fleet.value = messages.reduce(applyMessage, start);
}

function receive(message: LiveMessage): void {
  if (message.t === "live_snapshot") latestHit.value = message.summary;
  waiting.push(message);
  burstTimer ??= window.setTimeout(() => {
    burstTimer = undefined;
    if (!fetching) catchUp(fleet.value);
  }, BURST_MS);
}
