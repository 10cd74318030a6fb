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
      return { words: `log ${options.level ?? "info"}`, code: options.template ?? "", more: "" };
    case "metric":
      return { words: metricWords(options), code: options.value ?? "", more };
    case "timer":
      return { words: options.until ? `time until ${shortLocation(options.until)}` : "time", code: "", more };
    default:
      return {
        words: "span attributes",
        code: (options.labels ?? []).map(({ name, value }) => `${name}=${value}`).join(", "),
        more: "",
      };
  }
}

function watchWords({ watches = [], watches_only: only }: ActionOptions): ActionWords {
  return { words: only ? "watch only" : "watch", code: watches.join(", "), more: "" };
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
    default:
      return ["snapshot", "snapshots"];
  }
}
