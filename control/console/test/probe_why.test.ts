import { describe, expect, it } from "vitest";
import { gatesInWords, standings } from "../src/probe_why";
import type { Instance, ProbeState } from "../src/wire";
import { instance, probeView, state } from "./samples";

function why(states: ProbeState[], ...processes: Instance[]): string[] {
  const rows = standings(
    probeView("p", { version: 2 }, states),
    new Map(processes.map((one) => [one.id, one])),
  );
  return rows.map(({ id, why: words }) => `${id}: ${words}`);
}

const now = (id: string, more: Partial<ProbeState>): ProbeState => state(id, { probe_version: 2, ...more });

describe("why a probe did not fire", () => {
  it("is said of each process in a sentence, also of one that is silent", () => {
    const states = [
      now("a", { gates: { reached: 48_120, condition_false: 48_120 } }),
      now("b", { state: "error", message: "line 7 has no code" }),
      now("c", { state: "pending" }),
    ];
    expect(why(states, ...["a", "b", "c", "d"].map((id) => instance(id)))).toEqual([
      "a: Reached 48,120 times: condition false 48,120.",
      "b: Not armed: line 7 has no code.",
      "c: Waits: this process has loaded no such file yet.",
      "d: Has not answered yet, or the probe is for other processes.",
    ]);
  });

  it("does not forget processes that are gone, nor speaks of other services", () => {
    const states = [now("gone", { gates: { reached: 1, captured: 1 } })];
    const others = [instance("gone", { state: "down" }), instance("x", { service: "other" })];
    expect(why(states, ...others)).toEqual(["gone: Reached 1 time: captured 1."]);
  });

  it("tells that a process has not heard of the change yet", () => {
    expect(why([state("a", { gates: {} })], instance("a"))).toEqual([
      "a: Of the probe as it was before the change: not reached since it was armed.",
    ]);
  });

  it("names every gate", () => {
    const words = gatesInWords({
      reached: 9,
      rate_limited: 1,
      budget: 2,
      dropped: 3,
      hit_limit: 1,
      expired: 1,
    });
    for (const part of ["rate limit 1", "budget 2", "buffer was full 3", "last allowed hit 1", "expiry 1"])
      expect(words).toContain(part);
    expect(gatesInWords({ reached: 9, hit_limit: 8 }, "every 9")).toBe("reached 9 times: not of 'every 9' 8");
  });
});
