/** What a metric or timer probe measured, over all processes: one row for each combination of labels. */
import { count } from "./count";
import { nanoseconds } from "./time";
import type { MetricSeries, MetricView, Probe } from "./wire";

/** Bucket i holds values in (2^(i/4), 2^((i+1)/4)]. */
const BUCKETS_PER_DOUBLING = 4;

export interface Series {
  labels: string[];
  count: number;
  sum: number;
  last: number;
  least: number;
  most: number;
  zeros: number;
  buckets: Map<number, number>;
}

export interface MetricTable {
  head: string[];
  /** How many of the first columns are labels. */
  labels: number;
  rows: string[][];
}

/** Add up what the processes say, most hits first. */
export function mergeSeries(views: readonly MetricView[]): Series[] {
  const merged = new Map<string, Series>();
  for (const view of views) {
    for (const row of view.series) {
      if (row.count <= 0) continue;
      const key = JSON.stringify(row.labels ?? []);
      const known = merged.get(key);
      if (known) addRow(known, row);
      else merged.set(key, addRow(emptySeries(row), row));
    }
  }
  return [...merged.values()].sort((a, b) => b.count - a.count);
}

function emptySeries({ labels = [], least = 0, most = 0 }: MetricSeries): Series {
  return { labels, count: 0, sum: 0, last: 0, least, most, zeros: 0, buckets: new Map() };
}

function addRow(series: Series, row: MetricSeries): Series {
  series.count += row.count;
  series.sum += row.sum ?? 0;
  series.last = row.last ?? 0;
  series.least = Math.min(series.least, row.least ?? 0);
  series.most = Math.max(series.most, row.most ?? 0);
  series.zeros += row.zeros ?? 0;
  row.buckets?.forEach((n, offset) => {
    const index = (row.first_bucket ?? 0) + offset;
    series.buckets.set(index, (series.buckets.get(index) ?? 0) + n);
  });
  return series;
}

/** The value that `share` of all are at most: the upper edge of its bucket, within 19 %. */
export function quantile(series: Series, share: number): number {
  const rank = share * series.count;
  let seen = series.zeros;
  if (seen >= rank && seen > 0) return Math.min(0, series.least);
  for (const [index, n] of [...series.buckets].sort(([a], [b]) => a - b)) {
    seen += n;
    if (seen >= rank) return Math.min(2 ** ((index + 1) / BUCKETS_PER_DOUBLING), series.most);
  }
  return series.most;
}

/** The table of a probe's metric; no rows when nothing was measured yet. */
export function metricTable(probe: Probe, views: readonly MetricView[]): MetricTable {
  const timer = probe.action === "timer";
  const kind = timer ? "histogram" : (probe.options?.metric_kind ?? "count");
  const labels = (probe.options?.labels ?? []).map(({ name }) => name);
  const columns = COLUMNS[kind].filter(({ head }) => head !== "sum" || probe.options?.value);
  const write = timer ? nanoseconds : number;
  return {
    head: [...labels, ...columns.map(({ head }) => head)],
    labels: labels.length,
    rows: mergeSeries(views).map((series) => [
      ...labels.map((_, position) => series.labels[position] ?? ""),
      ...columns.map(({ head, of }) => (head === "count" ? count(of(series)) : write(of(series)))),
    ]),
  };
}

interface Column {
  head: string;
  of: (series: Series) => number;
}

const HITS: Column = { head: "count", of: (series) => series.count };
const MOST: Column = { head: "most", of: (series) => series.most };

const COLUMNS: Record<"count" | "gauge" | "histogram", Column[]> = {
  count: [HITS, { head: "sum", of: ({ sum }) => sum }],
  gauge: [HITS, { head: "last", of: ({ last }) => last }, { head: "least", of: ({ least }) => least }, MOST],
  histogram: [
    HITS,
    { head: "mean", of: ({ sum, count: n }) => sum / n },
    { head: "p50", of: (series) => quantile(series, 0.5) },
    { head: "p90", of: (series) => quantile(series, 0.9) },
    { head: "p99", of: (series) => quantile(series, 0.99) },
    MOST,
  ],
};

function number(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return count(value);
  return Number(value.toPrecision(4)).toLocaleString("en-US", { maximumSignificantDigits: 4 });
}
