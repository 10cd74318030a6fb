import { describe, expect, it } from "vitest";
import { type Draft, draftOf, editOf, newDraft, problemOf, requestOf } from "../src/draft";
import { probeView } from "./samples";

const NOW = 1_000_000;

function draft(more: Partial<Draft> = {}): Draft {
  return { ...newDraft("shop", "shop/pricing.py:20", "", 0), ...more };
}

describe("what the hub is asked to set", () => {
  it("is a plain snapshot when nothing more was said, with the hub's own limits", () => {
    expect(requestOf(draft(), NOW)).toEqual({
      service: "shop",
      location: "shop/pricing.py:20",
      action: "snapshot",
      limits: {},
    });
  });

  it("has the options of its action and of no other", () => {
    const all = draft({
      template: "total {total}",
      level: "error",
      toLogging: true,
      watches: "a\n\n b ",
      watchesOnly: true,
      native: true,
      metric: "shop.total",
      metricKind: "histogram",
      value: "total",
      labels: "tier = customer.tier\npath",
      until: "shop/pricing.py:30",
    });
    const options = (action: Draft["action"]) => requestOf({ ...all, action }, NOW).options;
    const labels = [
      { name: "tier", value: "customer.tier" },
      { name: "path", value: "path" },
    ];
    expect(options("snapshot")).toEqual({ watches: ["a", "b"], watches_only: true, native: true });
    expect(options("log")).toEqual({ template: "total {total}", level: "error", to_logging: true });
    expect(options("metric")).toEqual({
      metric: "shop.total",
      metric_kind: "histogram",
      value: "total",
      labels,
    });
    expect(options("timer")).toEqual({ metric: "shop.total", until: "shop/pricing.py:30", labels });
    expect(options("span")).toEqual({ labels });
  });

  it("names a metric as the terminal does when nobody named it", () => {
    expect(requestOf(draft({ action: "metric" }), NOW).options?.metric).toBe("probe.count");
    expect(requestOf(draft({ action: "timer" }), NOW).options?.metric).toBe("probe.duration");
  });

  it("has the limits and the processes that were chosen", () => {
    const request = requestOf(
      draft({
        hits: 7,
        when: " every 5 ",
        rate: 0.5,
        budget: 2,
        expiryMinutes: 5,
        reach: "one",
        instance: "a1",
      }),
      NOW,
    );
    expect(request.limits).toEqual({
      hits: 7,
      when: "every 5",
      rate_per_s: 0.5,
      budget_percent: 2,
      expires_at_ms: NOW + 300_000,
    });
    expect(request.target).toEqual({ instances: ["a1"] });
    expect(requestOf(draft({ reach: "first" }), NOW).target).toEqual({ first: true });
  });
});

describe("a change of a probe", () => {
  const { probe } = probeView("p", {
    action: "metric",
    condition: "total < 0",
    options: {
      metric: "shop.total",
      metric_kind: "gauge",
      value: "total",
      labels: [{ name: "tier", value: "c.tier" }],
    },
    limits: { hits: 100_000_000, when: ">=5", rate_per_s: 20, expires_at_ms: 5 },
    target: { first: true },
  });

  it("begins with everything the probe has", () => {
    expect(draftOf(probe, "", 0)).toMatchObject({
      ...{ action: "metric", condition: "total < 0", metric: "shop.total", metricKind: "gauge" },
      ...{ value: "total", labels: "tier=c.tier", hits: null, when: ">=5", rate: 20, reach: "first" },
    });
  });

  it("asks for what the form shows, takes away what was emptied, and leaves the expiry alone", () => {
    const edit = editOf(
      { ...draftOf(probe, "", 0), condition: "", when: "", rate: null, labels: "", hits: 3 },
      NOW,
    );
    expect(edit).toEqual({
      condition: "",
      limits: { hits: 3, when: null, rate_per_s: null, budget_percent: null },
      options: { metric: "shop.total", metric_kind: "gauge", value: "total", labels: null },
    });
  });

  it("keeps the attributes of a span, and what a snapshot was asked for", () => {
    const labels = [{ name: "tier", value: "tier" }];
    const span = draftOf(probeView("p", { action: "span", options: { labels } }).probe, "", 0);
    expect(editOf(span, NOW).options).toEqual({ labels });
    const view = probeView("p", {
      options: { native: true, watches: ["a"] },
      limits: { hits: 1, budget_percent: 3 },
    });
    const edit = editOf({ ...draftOf(view.probe, "", 0), native: false }, NOW);
    expect(edit.options).toEqual({ native: null, watches: ["a"], watches_only: null });
    expect(edit.limits).toMatchObject({ budget_percent: 3 });
  });

  it("keeps what a memory probe adds up, and its own slow rate is no rate that somebody chose", () => {
    const limits = { hits: 20, rate_per_s: 0.1 };
    const memory = draftOf(
      probeView("p", { action: "memory", options: { by: "traceback" }, limits }).probe,
      "",
      0,
    );
    expect(memory).toMatchObject({ by: "traceback", hits: null, rate: null });
    expect(editOf(memory, NOW).options).toEqual({ by: "traceback" });
  });

  it("gives it more time when somebody chose some, an hour too", () => {
    const edit = editOf({ ...draftOf(probe, "", 0), expiryMinutes: 60 }, NOW);
    expect(edit.limits).toMatchObject({ expires_at_ms: NOW + 3_600_000 });
  });
});

describe("what cannot be sent", () => {
  it.each<[string, Partial<Draft>]>([
    ["Say where", { location: "no line here" }],
    ["Hits must be", { hits: 0 }],
    ["Hits must be", { hits: NaN }],
    ["rate", { rate: 0 }],
    ["budget", { budget: 0 }],
    ["budget", { budget: 101 }],
    ["attributes", { action: "span" }],
    ["0.001 to 1 hits", { action: "memory", rate: 2 }],
    ["Which passes", { when: "sometimes" }],
    ["Only these", { watchesOnly: true }],
    ["text to log", { action: "log" }],
    ["gauge needs a value", { action: "metric", metricKind: "gauge" }],
    ["a-b is not understood", { action: "metric", labels: "a-b" }],
    ["needs the line where it ends", { action: "timer" }],
    ["not where something is raised", { action: "timer", location: "raise:KeyError" }],
  ])("says why: %s", (message, more) => {
    expect(problemOf(draft(more))).toContain(message);
  });

  it.each<Partial<Draft>>([
    {},
    { location: "shop.pricing:Cart.total:exit", action: "timer" },
    { location: "raise:shop.errors.OutOfStock:unhandled" },
    { action: "log", template: "x" },
    { action: "metric" },
    { when: ">=5" },
  ])("but sends %j", (more) => {
    expect(problemOf(draft(more))).toBe("");
  });
});
