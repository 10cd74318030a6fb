/** A probe that somebody is about to set or change, as the form holds it; and what the hub is asked to do. Pure. */
import { locationKind } from "./location";
import type { ActionOptions, Label, Limits, Probe, ProbeEdit, ProbeRequest, Target } from "./wire";

export type Action = Probe["action"];
export type Reach = "all" | "one" | "first";

export interface Draft {
  service: string;
  /** Empty: the form asks for it. */
  location: string;
  /** The file and its line under which the form stands; line 0: in the probes pane. */
  path: string;
  line: number;
  action: Action;
  condition: string;
  /** snapshot: one expression on each line */
  watches: string;
  watchesOnly: boolean;
  /** snapshot: with the frames of C code */
  native: boolean;
  template: string;
  level: NonNullable<ActionOptions["level"]>;
  toLogging: boolean;
  /** metric and timer: its name; empty: one is made up */
  metric: string;
  metricKind: NonNullable<ActionOptions["metric_kind"]>;
  value: string;
  /** metric and timer: NAME=EXPRESSION or NAME on each line; span: its attributes */
  labels: string;
  until: string;
  /** memory: what is added up */
  by: NonNullable<ActionOptions["by"]>;
  /** null: the action's own number */
  hits: number | null;
  when: string;
  /** null: the action's own */
  rate: number | null;
  /** Percent of one core; null: the process's budget alone bounds it */
  budget: number | null;
  /** Minutes; 0: as it is (edits) */
  expiryMinutes: number;
  reach: Reach;
  /** reach one: the process */
  instance: string;
  /** The probe that is changed; absent: a new one. */
  edits?: Probe;
}

export const MAX_HITS = 100_000_000;
const MAX_RATE = 1000;

/** How often a probe acts that nobody gave a number; null: without end. */
export const DEFAULT_HITS: Record<Action, number | null> = {
  snapshot: 1,
  log: 1000,
  metric: null,
  timer: null,
  span: null,
  memory: 20,
};

/** How many hits a second a probe makes at most that nobody gave a number. */
export const DEFAULT_RATE: Record<Action, number> = {
  snapshot: 10,
  log: 10,
  metric: 10,
  timer: 10,
  span: 10,
  memory: 0.1,
};

export function newDraft(service: string, location: string, path: string, line: number): Draft {
  return {
    ...{ service, location, path, line },
    ...{ action: "snapshot", condition: "", watches: "", watchesOnly: false, native: false },
    ...{ template: "", level: "info", toLogging: false },
    ...{ metric: "", metricKind: "count", value: "", labels: "", until: "", by: "line" },
    ...{ hits: null, when: "", rate: null, budget: null, expiryMinutes: 60, reach: "all", instance: "" },
  };
}

/** What an option is that a probe does not have. */
const NO_OPTIONS: Required<ActionOptions> = {
  ...{ watches: [], watches_only: false, native: false },
  ...{ template: "", level: "info", to_logging: false },
  ...{ metric: "", metric_kind: "count", value: "", labels: [], until: "" },
  ...{ by: "line", top: 0, frames: 0 },
};

/** A draft with everything the probe has. */
export function draftOf(probe: Probe, path: string, line: number): Draft {
  const { action } = probe;
  const options = { ...NO_OPTIONS, ...probe.options };
  return {
    ...newDraft(probe.service, probe.location, path, line),
    ...limitFields(probe.limits, action),
    ...targetFields(probe.target ?? {}),
    action,
    condition: probe.condition ?? "",
    watches: options.watches.join("\n"),
    watchesOnly: options.watches_only,
    native: options.native,
    template: options.template,
    level: options.level,
    toLogging: options.to_logging,
    metric: options.metric,
    metricKind: options.metric_kind,
    value: options.value,
    labels: options.labels.map(labelText).join("\n"),
    until: options.until,
    by: options.by,
    expiryMinutes: 0,
    edits: probe,
  };
}

function limitFields(limits: Limits, action: Action): Partial<Draft> {
  const { hits = 0, when = "", rate_per_s: rate = DEFAULT_RATE[action], budget_percent: budget = 0 } = limits;
  const bounded = hits > 0 && hits < MAX_HITS ? hits : null;
  return {
    hits: bounded === DEFAULT_HITS[action] ? null : bounded,
    when,
    rate: rate === 0 || rate === DEFAULT_RATE[action] ? null : rate,
    budget: budget > 0 ? budget : null,
  };
}

function targetFields({ first = false, instances = [] }: Target): Partial<Draft> {
  const [instance = ""] = instances;
  return { reach: first ? "first" : instance ? "one" : "all", instance };
}

/** Why the draft cannot be sent; empty when it can. */
export function problemOf(draft: Draft): string {
  const kind = locationKind(draft.location);
  if (kind === null) {
    return "Say where: path/of/file.py:LINE, module:function, module:function:exit or raise:module.Type.";
  }
  const limits = limitProblem(draft);
  return limits || actionProblem(draft, kind);
}

function limitProblem({ action, hits, rate, budget, when }: Draft): string {
  const mostRate = action === "memory" ? 1 : MAX_RATE;
  if (hits !== null && !(Number.isInteger(hits) && hits >= 1 && hits <= MAX_HITS)) {
    return `Hits must be a whole number from 1 to ${MAX_HITS.toLocaleString("en-US")}.`;
  }
  if (rate !== null && !(rate >= 0.001 && rate <= mostRate))
    return `The rate is 0.001 to ${mostRate} hits a second.`;
  if (budget !== null && !(budget > 0 && budget <= 100))
    return "The budget is more than 0, up to 100 percent.";
  if (when.trim() && !/^(>=|every )?[1-9]\d{0,8}$/.test(when.trim())) {
    return "'Which passes' is a number such as 5 (the fifth), >=5 (from the fifth on) or every 5.";
  }
  return "";
}

function actionProblem(draft: Draft, kind: string): string {
  switch (draft.action) {
    case "snapshot":
      return watchProblem(draft);
    case "log":
      return draft.template.trim() ? "" : "Write the text to log, such as: total is {total:.2f}";
    case "metric":
      if (draft.metricKind !== "count" && !draft.value.trim()) {
        return `A ${draft.metricKind} needs a value: an expression that gives a number.`;
      }
      return labelProblem(draft.labels);
    case "timer":
      if (kind === "raise") return "A timer begins at a line or a function, not where something is raised.";
      if (kind === "line" && !draft.until.trim()) {
        return "A timer that begins at a line needs the line where it ends; or time a function: module:function.";
      }
      return labelProblem(draft.labels);
    case "span":
      return linesOf(draft.labels).length === 0
        ? "Write the attributes, NAME=EXPRESSION on each line, such as: tier=customer.tier"
        : labelProblem(draft.labels);
    case "memory":
      return "";
  }
}

function watchProblem({ watchesOnly, watches }: Draft): string {
  return watchesOnly && linesOf(watches).length === 0
    ? "'Only these' needs expressions to watch: write one on each line."
    : "";
}

function labelProblem(labels: string): string {
  const wrong = linesOf(labels).find((line) => labelOf(line) === null);
  return wrong === undefined
    ? ""
    : `${wrong} is not understood: write NAME=EXPRESSION, as in tier=customer.tier`;
}

/** What the hub is asked to set. `nowMs`: the hub's time. */
export function requestOf(draft: Draft, nowMs: number): ProbeRequest {
  const request: ProbeRequest = {
    service: draft.service,
    location: draft.location.trim(),
    action: draft.action,
    limits: limitsOf(draft, nowMs),
  };
  if (draft.condition.trim()) request.condition = draft.condition.trim();
  const options = optionsOf(draft);
  if (Object.keys(options).length > 0) request.options = options;
  const target = targetOf(draft);
  if (target) request.target = target;
  return request;
}

/**
 * What the hub is asked to change of `draft.edits`: what the form shows. null takes a member away, so that the
 * default holds again; an empty condition removes it.
 */
export function editOf(draft: Draft, nowMs: number): ProbeEdit {
  const limits: Record<string, unknown> = {
    hits: draft.hits,
    when: draft.when.trim() || null,
    rate_per_s: draft.rate,
    budget_percent: draft.budget,
  };
  if (draft.expiryMinutes > 0) limits["expires_at_ms"] = limitsOf(draft, nowMs).expires_at_ms;
  const options: Record<string, unknown> = { ...EDITABLE[draft.action], ...optionsOf(draft) };
  return { condition: draft.condition.trim(), limits, options };
}

/** Members that an edit takes away when the form has left them empty. */
const EDITABLE: Record<Action, Record<string, null>> = {
  snapshot: { watches: null, watches_only: null, native: null },
  log: { level: null, to_logging: null },
  metric: { value: null, labels: null },
  timer: { until: null, labels: null },
  span: {},
  memory: {},
};

function limitsOf(draft: Draft, nowMs: number): Limits {
  const limits: Limits = {};
  if (draft.hits !== null) limits.hits = draft.hits;
  if (draft.when.trim()) limits.when = draft.when.trim();
  if (draft.rate !== null) limits.rate_per_s = draft.rate;
  if (draft.budget !== null) limits.budget_percent = draft.budget;
  // An hour is the hub's own default: clocks that differ do not matter then.
  if (draft.expiryMinutes !== 60 || draft.edits)
    limits.expires_at_ms = Math.round(nowMs + draft.expiryMinutes * 60_000);
  return limits;
}

function optionsOf(draft: Draft): ActionOptions {
  const options: ActionOptions = {};
  const labels = linesOf(draft.labels)
    .map(labelOf)
    .filter((label) => label !== null);
  switch (draft.action) {
    case "snapshot":
      return snapshotOptions(draft);
    case "log":
      options.template = draft.template;
      if (draft.level !== "info") options.level = draft.level;
      if (draft.toLogging) options.to_logging = true;
      return options;
    case "metric":
      options.metric = draft.metric.trim() || DEFAULT_NAMES[draft.metricKind];
      options.metric_kind = draft.metricKind;
      if (draft.value.trim()) options.value = draft.value.trim();
      break;
    case "timer":
      options.metric = draft.metric.trim() || "probe.duration";
      if (draft.until.trim()) options.until = draft.until.trim();
      break;
    case "memory":
      options.by = draft.by;
      return options;
    case "span":
      break;
  }
  if (labels.length > 0) options.labels = labels;
  return options;
}

function snapshotOptions({ watches, watchesOnly, native }: Draft): ActionOptions {
  const options: ActionOptions = {};
  if (watches.trim()) options.watches = linesOf(watches);
  if (watchesOnly) options.watches_only = true;
  if (native) options.native = true;
  return options;
}

/** The names that `strobe count`, `gauge` and `hist` give. */
const DEFAULT_NAMES = { count: "probe.count", gauge: "probe.gauge", histogram: "probe.hist" };

function targetOf({ reach, instance }: Draft): Target | null {
  if (reach === "first") return { first: true };
  return reach === "one" && instance ? { instances: [instance] } : null;
}

/** `tier=customer.tier`, or `tier` for `tier=tier`; null when it is neither. */
function labelOf(text: string): Label | null {
  const match = /^([A-Za-z_][A-Za-z0-9_.]*)\s*(?:=\s*(\S.*))?$/.exec(text);
  return match?.[1] ? { name: match[1], value: match[2] ?? match[1] } : null;
}

function labelText({ name, value }: Label): string {
  return name === value ? name : `${name}=${value}`;
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
