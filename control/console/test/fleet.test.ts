import { describe, expect, it } from "vitest";
import { applyMessage, EMPTY_FLEET, makeFleet, MAX_HITS, probesOf, servicesOf } from "../src/state/fleet";
import type { LiveMessage } from "../src/wire";
import { instance, probeView, summary } from "./samples";

describe("live messages", () => {
  it("bring an instance and change it", () => {
    const up = applyMessage(EMPTY_FLEET, { t: "live_instance", instance: instance("a") });
    const down = applyMessage(up, { t: "live_instance", instance: instance("a", { state: "down" }) });
    expect(up.instances.get("a")?.state).toBe("up");
    expect(down.instances.size).toBe(1);
    expect(down.instances.get("a")?.state).toBe("down");
    expect(EMPTY_FLEET.instances.size).toBe(0);
  });

  it("set, change and remove a probe", () => {
    const set = applyMessage(EMPTY_FLEET, { t: "live_probe", view: probeView("p") });
    expect(set.probes.has("p")).toBe(true);
    expect(applyMessage(set, { t: "live_probe_removed", id: "p" }).probes.has("p")).toBe(false);
    expect(applyMessage(set, { t: "live_probe_removed", id: "other" })).toBe(set);
  });

  it("put the newest hit first, whatever the order of arrival, and each once", () => {
    let fleet = EMPTY_FLEET;
    for (const position of [2, 3, 1, 3]) {
      fleet = applyMessage(fleet, { t: "live_snapshot", summary: summary(position) });
    }
    expect(fleet.hits.map(({ position }) => position)).toEqual([3, 2, 1]);
  });

  it("keep a bounded number of hits, the newest", () => {
    const many = Array.from({ length: MAX_HITS }, (_, position) => summary(position + 1));
    const fleet = applyMessage(makeFleet([], [], many), {
      t: "live_snapshot",
      summary: summary(MAX_HITS + 1),
    });
    expect(fleet.hits.length).toBe(MAX_HITS);
    expect(fleet.hits[0]?.position).toBe(MAX_HITS + 1);
  });

  it("of a kind that a newer hub sends change nothing", () => {
    const unknown = { t: "live_weather" } as unknown as LiveMessage;
    expect(applyMessage(EMPTY_FLEET, unknown)).toBe(EMPTY_FLEET);
  });

  it("take names like __proto__ as names", () => {
    const odd = instance("__proto__", { service: "constructor" });
    const fleet = applyMessage(EMPTY_FLEET, { t: "live_instance", instance: odd });
    expect(servicesOf(fleet).map(({ name }) => name)).toEqual(["constructor"]);
  });
});

describe("services", () => {
  it("are sorted by name, their processes by age", () => {
    const fleet = makeFleet(
      [
        instance("old", { started_at_ms: 1 }),
        instance("new", { started_at_ms: 2 }),
        instance("gone", { state: "down" }),
        instance("b", { service: "billing" }),
      ],
      [],
      [],
    );
    const [billing, shop] = servicesOf(fleet);
    expect(billing?.name).toBe("billing");
    expect(shop?.up.map(({ id }) => id)).toEqual(["new", "old"]);
    expect(shop?.down.map(({ id }) => id)).toEqual(["gone"]);
  });

  it("exist also when only a probe waits for them", () => {
    expect(servicesOf(makeFleet([], [probeView("p", { service: "later" })], []))[0]).toEqual({
      name: "later",
      up: [],
      down: [],
    });
  });
});

it("lists a service's probes, newest first", () => {
  const fleet = makeFleet(
    [],
    [
      probeView("a", { created_at_ms: 1 }),
      probeView("b", { created_at_ms: 2 }),
      probeView("c", { service: "x" }),
    ],
    [],
  );
  expect(probesOf(fleet, "shop").map(({ probe }) => probe.id)).toEqual(["b", "a"]);
});

describe("hits", () => {
  it("are bounded by kind, so that log lines push no snapshot out", () => {
    const lines = Array.from({ length: MAX_HITS + 5 }, (_, n) => ({
      ...summary(n + 2),
      kind: "log" as const,
    }));
    const { hits } = makeFleet([], [], [summary(1), ...lines]);
    expect(hits).toHaveLength(MAX_HITS + 1);
    expect(hits.at(-1)?.id).toBe("s1");
    expect(hits[0]?.position).toBe(MAX_HITS + 6);
  });
});
