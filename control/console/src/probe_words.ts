/** What a probe does, in a few words and the code that it was given. */
import { shortLocation } from "./location";
import type { ActionOptions, Probe } from "./wire";

export interface ActionWords {
  words: string;
  /** An expression or template, shown as code; empty: none. */
  code: string;
  /** What follows it: `by tier`. */
  more: string;
}

const KIND_WORDS = { count: "count", gauge: "latest value of", histogram: "distribution of" };

/** Null for a plain snapshot, of which there is nothing more to say. */
export function actionWords({ action, options = {} }: Probe): ActionWords | null {
  const more = options.labels?.length ? `by ${options.labels.map(({ name }) => name).join(", ")}` : "";
  switch (action) {
    case "snapshot":
      return options.watches?.length ? watchWords(options) : null;
    case "log":
      return plain(`log ${options.level ?? "info"}`, options.template);
    case "metric":
      return { words: metricWords(options), code: options.value ?? "", more };
    case "timer":
      return { words: options.until ? `time until ${shortLocation(options.until)}` : "time", code: "", more };
    case "memory":
      return memoryWords(options);
    case "span":
      return spanWords(options);
  }
}

function watchWords({ watches = [], watches_only: only }: ActionOptions): ActionWords {
  return plain(only ? "watch only" : "watch", watches.join(", "));
}

function spanWords({ labels = [] }: ActionOptions): ActionWords {
  return plain("span attributes", labels.map(({ name, value }) => `${name}=${value}`).join(", "));
}

function memoryWords({ by }: ActionOptions): ActionWords {
  return plain(`memory since the hit before, by ${by === "traceback" ? "stack" : "line"}`);
}

function plain(words: string, code = ""): ActionWords {
  return { words, code, more: "" };
}

function metricWords({ metric_kind: kind = "count", value }: ActionOptions): string {
  return kind === "count" && value ? "sum of" : KIND_WORDS[kind];
}

/** What its hits are called. */
export function hitWord({ action }: Probe): [one: string, many: string] {
  switch (action) {
    case "log":
      return ["line", "lines"];
    case "metric":
    case "timer":
      return ["value", "values"];
    case "span":
      return ["span", "spans"];
    case "memory":
      return ["reading", "readings"];
    default:
      return ["snapshot", "snapshots"];
  }
}
