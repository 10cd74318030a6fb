import { describe, expect, it } from "vitest";
import { mergeSeries, metricTable, quantile } from "../src/metrics";
import type { ActionOptions, MetricSeries, MetricView, Probe } from "../src/wire";
import { probeView } from "./samples";

function view(...series: MetricSeries[]): MetricView {
  return { probe: "p", probe_version: 1, series };
}

function probe(action: Probe["action"], options: ActionOptions): Probe {
  return probeView("p", { action, options }).probe;
}

describe("numbers of several processes", () => {
  it("are added up for each combination of labels, most hits first", () => {
    const merged = mergeSeries([
      view(
        { labels: ["gold"], count: 2, sum: 5, least: 1, most: 4, last: 4 },
        { labels: ["none"], count: 9 },
      ),
      view({ labels: ["gold"], count: 1, sum: -3, least: -3, most: -3, last: -3 }, { count: 0 }),
    ]);
    expect(merged.map(({ labels, count }) => [labels, count])).toEqual([
      [["none"], 9],
      [["gold"], 3],
    ]);
    expect(merged[1]).toMatchObject({ sum: 2, least: -3, most: 4, last: -3 });
  });
});

describe("a quantile", () => {
  const [series] = mergeSeries([
    view({ count: 4, most: 100, buckets: [2, 0, 1], first_bucket: 8 }),
    view({ count: 2, most: 90, zeros: 1, least: -2, buckets: [1], first_bucket: 25 }),
  ]);

  it("is the upper edge of the bucket that reaches its share", () => {
    if (!series) throw new Error("nothing was merged");
    expect(quantile(series, 0.1)).toBe(-2);
    expect(quantile(series, 0.5)).toBeCloseTo(2 ** (9 / 4));
    expect(quantile(series, 0.66)).toBeCloseTo(2 ** (11 / 4));
  });

  it("is never above the largest value", () => {
    const [one] = mergeSeries([view({ count: 1, most: 65, buckets: [1], first_bucket: 24 })]);
    expect(one && quantile(one, 0.99)).toBe(65);
  });
});

describe("the table", () => {
  it("of a count has no sum unless a value is added up", () => {
    expect(metricTable(probe("metric", {}), [view({ count: 48_120 })])).toEqual({
      head: ["count"],
      labels: 0,
      rows: [["48,120"]],
    });
    expect(metricTable(probe("metric", { value: "x" }), []).head).toEqual(["count", "sum"]);
  });

  it("of a timer is in units of time, apart by labels", () => {
    const timer = probe("timer", { labels: [{ name: "tier", value: "t" }] });
    const series = { labels: ["gold"], count: 1, sum: 1_500_000, most: 1_500_000 };
    const table = metricTable(timer, [view({ ...series, buckets: [1], first_bucket: 82 })]);
    expect(table.head).toEqual(["tier", "count", "mean", "p50", "p90", "p99", "most"]);
    expect(table.rows[0]).toEqual(["gold", "1", "1.5 ms", "1.5 ms", "1.5 ms", "1.5 ms", "1.5 ms"]);
  });

  it("of a gauge has the latest value, rounded for people", () => {
    const gauge = probe("metric", { metric_kind: "gauge", value: "x" });
    const table = metricTable(gauge, [view({ count: 2, last: 2.34567, least: -1, most: 12_345 })]);
    expect(table.rows[0]).toEqual(["2", "2.346", "-1", "12,345"]);
  });

  it("is empty until something was measured", () => {
    expect(metricTable(probe("timer", {}), [view({ count: 0 })]).rows).toEqual([]);
  });
});
