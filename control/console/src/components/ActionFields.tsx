/** What an action needs to know before it can act. */
import type { Draft } from "../draft";
import { ExpressionField } from "./ExpressionField";

export interface FieldProps {
  wanted: Draft;
  change: (changed: Partial<Draft>) => void;
}

export function ActionFields({ wanted, change }: FieldProps) {
  switch (wanted.action) {
    case "log":
      return <LogFields wanted={wanted} change={change} />;
    case "metric":
      return <MetricFields wanted={wanted} change={change} />;
    case "timer":
      return <TimerFields wanted={wanted} change={change} />;
    case "span":
      return <SpanFields wanted={wanted} change={change} />;
    case "memory":
      return <MemoryFields wanted={wanted} change={change} />;
    default:
      return null;
  }
}

const LEVELS: Draft["level"][] = ["debug", "info", "warning", "error", "critical"];

function LogFields({ wanted, change }: FieldProps) {
  return (
    <div class="field-pair">
      <ExpressionField
        wanted={wanted}
        name="text"
        label="Text to log"
        kind="template"
        placeholder="total {total:.2f} for {customer.tier}"
        title="What stands in { } is a read-only expression."
        value={wanted.template}
        change={(template) => change({ template })}
      />
      <select
        aria-label="Level"
        value={wanted.level}
        onChange={(event) => change({ level: event.currentTarget.value as Draft["level"] })}
      >
        {LEVELS.map((level) => (
          <option key={level}>{level}</option>
        ))}
      </select>
    </div>
  );
}

const KINDS: [Draft["metricKind"], string][] = [
  ["count", "count"],
  ["gauge", "latest value"],
  ["histogram", "distribution"],
];

function MetricFields({ wanted, change }: FieldProps) {
  return (
    <div class="field-pair">
      <ExpressionField
        wanted={wanted}
        name="of"
        label="Value"
        placeholder={wanted.metricKind === "count" ? "each pass counts 1" : "total"}
        title="A read-only expression that gives a number."
        value={wanted.value}
        change={(value) => change({ value })}
      />
      <select
        aria-label="Kind of metric"
        value={wanted.metricKind}
        onChange={(event) => change({ metricKind: event.currentTarget.value as Draft["metricKind"] })}
      >
        {KINDS.map(([kind, words]) => (
          <option key={kind} value={kind}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}

function TimerFields({ wanted, change }: FieldProps) {
  return (
    <label class="field">
      <span class="field-name">until</span>
      <input
        class="mono grow"
        aria-label="Until"
        placeholder={/:\d+$/.test(wanted.location) ? "shop/pricing.py:58" : "the end of the function"}
        spellcheck={false}
        autocomplete="off"
        value={wanted.until}
        onInput={(event) => change({ until: event.currentTarget.value })}
      />
    </label>
  );
}

function SpanFields({ wanted, change }: FieldProps) {
  return (
    <label class="field">
      <span class="field-name">put</span>
      <textarea
        class="mono grow"
        aria-label="Attributes"
        rows={2}
        placeholder={"user=customer.id\ntier=customer.tier"}
        title="NAME=EXPRESSION on each line: attributes of the span that is current"
        spellcheck={false}
        value={wanted.labels}
        onInput={(event) => change({ labels: event.currentTarget.value })}
      />
    </label>
  );
}

const SUMS: [Draft["by"], string][] = [
  ["line", "by line"],
  ["traceback", "by stack"],
];

function MemoryFields({ wanted, change }: FieldProps) {
  return (
    <>
      <label class="field">
        <span class="field-name">sum</span>
        <select
          aria-label="What is added up"
          value={wanted.by}
          onChange={(event) => change({ by: event.currentTarget.value as Draft["by"] })}
        >
          {SUMS.map(([by, words]) => (
            <option key={by} value={by}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <p class="note">
        Each hit compares with the one before. Memory is traced while the probe is set: code that allocates
        much takes 4 to 13 times as long.
      </p>
    </>
  );
}
