import { describe, expect, it } from "vitest";
import { gateCounts, linesInFile, summarizeProbe } from "../src/probe_summary";
import type { Instance, ProbeView } from "../src/wire";
import { instance, probeView, state } from "./samples";

const NOW = 1000;

function summarize(view: ProbeView, ...instances: Instance[]) {
  return summarizeProbe(view, new Map(instances.map((one) => [one.id, one])), NOW);
}

describe("a probe over its instances", () => {
  it("is armed when some instance armed it, whatever the parent process says", () => {
    const view = probeView("p", {}, [
      state("a", { state: "pending" }),
      state("b"),
      state("c", { state: "error" }),
    ]);
    const summary = summarize(view, instance("a"), instance("b"), instance("c"));
    expect(summary.state).toBe("armed");
    expect(summary.counts).toEqual([
      ["armed", 1],
      ["error", 1],
      ["pending", 1],
    ]);
  });

  it("is done when all that can be done are", () => {
    const view = probeView("p", {}, [state("a", { state: "done" }), state("b", { state: "pending" })]);
    expect(summarize(view, instance("a"), instance("b")).state).toBe("done");
  });

  it("listens to connected instances first, and counts over all", () => {
    const view = probeView("p", {}, [
      state("gone", { state: "error", message: "old trouble", gates: { reached: 5 } }),
      state("a", { gates: { reached: 2 } }),
    ]);
    const summary = summarize(view, instance("gone", { state: "down" }), instance("a"));
    expect(summary.state).toBe("armed");
    expect(summary.messages).toEqual([]);
    expect(summary.gates.reached).toBe(7);
  });

  it("ignores states of an earlier version", () => {
    const view = probeView("p", { version: 2 }, [state("a", { state: "error", probe_version: 1 })]);
    expect(summarize(view, instance("a")).state).toBe("pending");
  });

  it("says each message once, with how many instances say so", () => {
    const failed = { state: "error", message: "no name 'x'" } as const;
    const view = probeView("p", {}, [
      state("a", failed),
      state("b", failed),
      state("c", { message: "moved" }),
    ]);
    expect(summarize(view).messages).toEqual([
      { state: "armed", text: "moved", instances: 1 },
      { state: "error", text: "no name 'x'", instances: 2 },
    ]);
  });

  it("leaves out what says less than its state, and that a parent process waits when its workers do not", () => {
    const waiting = state("a", { state: "pending", message: "not loaded" });
    const done = state("b", { state: "done", message: "hit limit reached" });
    expect(summarize(probeView("p", {}, [waiting, done])).messages).toEqual([]);
    expect(summarize(probeView("p", {}, [waiting])).messages.map(({ text }) => text)).toEqual(["not loaded"]);
  });

  it("is expired when its time ends before anybody armed it", () => {
    expect(summarize(probeView("p", { limits: { expires_at_ms: NOW - 1 } })).state).toBe("expired");
    expect(summarize(probeView("p", { limits: { expires_at_ms: NOW + 1 } })).state).toBe("pending");
  });
});

describe("why it did not fire", () => {
  const explain = (gates: object) => summarize(probeView("p", {}, [state("a", { gates })])).explanation;

  it("has an answer for every case", () => {
    expect(summarize(probeView("p")).explanation).toContain("No process of shop is connected");
    expect(summarize(probeView("p"), instance("a")).explanation).toContain("Sent to 1 instance");
    expect(explain({})).toContain("has not been reached");
    expect(explain({ reached: 9, condition_false: 9 })).toContain("was not true");
    expect(explain({ reached: 9, condition_false: 8, condition_error: 1 })).toContain("cannot be evaluated");
    expect(explain({ reached: 9, condition_false: 8, captured: 1 })).toContain("1 snapshot captured");
  });
});

it("writes the counters as people say them, without the zeros", () => {
  const gates = { reached: 48_120, condition_false: 48_119, captured: 1, dropped: 0 };
  expect(gateCounts(gates).map(({ words, count }) => `${words} ${count}`)).toEqual([
    "reached 48120",
    "condition false 48119",
    "captured 1",
  ]);
  const left = (when: string) =>
    gateCounts({ hit_limit: 3 }, when).find(({ gate }) => gate === "hit_limit")?.words;
  expect([left(""), left("every 5")]).toEqual(["after last hit", "not due"]);
  expect(gateCounts({}).map(({ gate }) => gate)).toEqual(["reached", "captured"]);
});

describe("the lines of a file at which a probe stands", () => {
  it("are those that its location asks for until an instance tells", () => {
    expect(linesInFile(probeView("p"), "/srv/shop/pricing.py")).toEqual([20]);
    expect(linesInFile(probeView("p"), "/srv/workshop/pricing.py")).toEqual([]);
  });

  it("are those that instances armed, also when it was moved", () => {
    const view = probeView("p", {}, [state("a", { file: "/srv/shop/pricing.py", line: 22 }), state("b")]);
    expect(linesInFile(view, "/srv/shop/pricing.py")).toEqual([22]);
    expect(linesInFile(view, "/elsewhere/shop/pricing.py")).toEqual([]);
  });

  it("are those asked for when the file is known but the line has no code", () => {
    const view = probeView("p", {}, [state("a", { state: "error", file: "/srv/shop/pricing.py", line: 0 })]);
    expect(linesInFile(view, "/srv/shop/pricing.py")).toEqual([20]);
  });
});

describe("a probe that does more than a snapshot", () => {
  it("is suspended when it is nowhere armed, and says that it resumes", () => {
    const view = probeView("p", {}, [
      state("a", { state: "suspended", message: "over its budget" }),
      state("b", { state: "done" }),
    ]);
    const summary = summarize(view, instance("a"), instance("b"));
    expect(summary.state).toBe("suspended");
    expect(summary.explanation).toContain("Resumes by itself");
    expect(summary.messages.map(({ text }) => text)).toEqual(["over its budget"]);
  });

  it("shows the values of the busiest process, and what all cost", () => {
    const view = probeView("p", {}, [
      state("a", { gates: { reached: 1 }, last_values: "total = 1", cost_ns: 5, cost_percent: 0.25 }),
      state("b", { gates: { reached: 9 }, last_values: "total = 12.5", cost_ns: 7, cost_percent: 0.5 }),
      state("gone", { cost_ns: 100, cost_percent: 9 }),
    ]);
    const summary = summarize(view, instance("a"), instance("b"), instance("gone", { state: "down" }));
    expect(summary.lastValues).toBe("total = 12.5");
    expect(summary.cost).toEqual({ ns: 112, percent: 0.75 });
    const over = probeView("p", {}, [state("a", { state: "done", cost_ns: 5, cost_percent: 7.5 })]);
    expect(summarize(over, instance("a")).cost).toEqual({ ns: 5, percent: 0 });
  });

  it("counts lines and values, not snapshots", () => {
    const states = [state("a", { gates: { reached: 3, captured: 2 } })];
    expect(summarize(probeView("p", { action: "log" }, states)).explanation).toContain("2 lines captured");
    expect(summarize(probeView("p", { action: "timer" }, states)).explanation).toContain("2 values captured");
    expect(summarize(probeView("p", { action: "memory" }, states)).explanation).toContain("2 readings");
    expect(summarize(probeView("p", { action: "span" }, states)).explanation).toContain("2 spans");
  });

  it("stands on no line when it is for a function, until a process says where", () => {
    const view = probeView("p", { location: "shop.pricing:Cart.total" });
    expect(linesInFile(view, "/srv/shop/pricing.py")).toEqual([]);
    view.states.push(state("a", { file: "/srv/shop/pricing.py", line: 12 }));
    expect(linesInFile(view, "/srv/shop/pricing.py")).toEqual([12]);
  });
});
