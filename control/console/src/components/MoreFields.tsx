/** What few probes need: further options of the action, limits, and which processes take part. */
import { computed } from "@preact/signals";
import { DEFAULT_RATE } from "../draft";
import { instances } from "../state/hub";
import { service } from "../state/view";
import type { FieldProps } from "./ActionFields";

export function MoreFields({ wanted, change }: FieldProps) {
  return (
    <details class="more">
      <summary>More</summary>
      <div class="more-fields">
        <ActionOptions wanted={wanted} change={change} />
        <PassFields wanted={wanted} change={change} />
        <ReachFields wanted={wanted} change={change} />
      </div>
    </details>
  );
}

function ActionOptions({ wanted, change }: FieldProps) {
  switch (wanted.action) {
    case "snapshot":
      return (
        <>
          <Lines
            label="Watch"
            placeholder={"order.total\nlen(order.lines)"}
            hint="One expression on each line; captured first, as deep as there is room."
            value={wanted.watches}
            change={(watches) => change({ watches })}
          />
          <Check
            words="Only these, without the variables around them"
            checked={wanted.watchesOnly}
            change={(watchesOnly) => change({ watchesOnly })}
          />
          <Check
            words="With the frames of C code between those of Python"
            checked={wanted.native}
            change={(native) => change({ native })}
          />
        </>
      );
    case "log":
      return (
        <Check
          words="Also to the program's own logging"
          checked={wanted.toLogging}
          change={(toLogging) => change({ toLogging })}
        />
      );
    case "span":
    case "memory":
      return null;
    default:
      return (
        <>
          <label class="more-row">
            <span>Name</span>
            <input
              class="mono"
              placeholder={wanted.action === "timer" ? "probe.duration" : "shop.orders"}
              spellcheck={false}
              value={wanted.metric}
              onInput={(event) => change({ metric: event.currentTarget.value })}
            />
          </label>
          <Lines
            label="Labels"
            placeholder={"tier=customer.tier"}
            hint="NAME=EXPRESSION on each line: kept apart by these, at most 100 combinations."
            value={wanted.labels}
            change={(labels) => change({ labels })}
          />
        </>
      );
  }
}

function PassFields({ wanted, change }: FieldProps) {
  return (
    <>
      <label class="more-row">
        <span>Which passes</span>
        <input
          class="mono"
          placeholder="all; 5, >=5 or every 5"
          spellcheck={false}
          value={wanted.when}
          onInput={(event) => change({ when: event.currentTarget.value })}
        />
      </label>
      <label class="more-row">
        <span>Hits a second</span>
        <input
          type="number"
          min={0.001}
          max={1000}
          step="any"
          placeholder={String(DEFAULT_RATE[wanted.action])}
          value={wanted.rate ?? ""}
          onInput={(event) => change({ rate: numberOf(event.currentTarget) })}
        />
      </label>
      <label class="more-row" title="Share of one core that this probe may cost; over it, the probe rests">
        <span>Budget, percent</span>
        <input
          type="number"
          min={0.001}
          max={100}
          step="any"
          placeholder="the process's own"
          value={wanted.budget ?? ""}
          onInput={(event) => change({ budget: numberOf(event.currentTarget) })}
        />
      </label>
    </>
  );
}

const upHere = computed(() =>
  [...instances.value.values()].filter((one) => one.service === service.value && one.state === "up"),
);

function ReachFields({ wanted, change }: FieldProps) {
  const choose = (value: string): void => {
    if (value === "all" || value === "first") change({ reach: value, instance: "" });
    else change({ reach: "one", instance: value });
  };
  const gone = wanted.reach === "one" && !upHere.value.some(({ id }) => id === wanted.instance);
  return (
    <label class="more-row">
      <span>In</span>
      <select
        aria-label="Processes"
        disabled={wanted.edits !== undefined}
        value={wanted.reach === "one" ? wanted.instance : wanted.reach}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        <option value="all">all processes</option>
        <option value="first">the first process that hits</option>
        {gone && <option value={wanted.instance}>process {wanted.instance.slice(0, 8)}</option>}
        {upHere.value.map(({ id, pid, host }) => (
          <option key={id} value={id}>
            process {pid} on {host}
          </option>
        ))}
      </select>
    </label>
  );
}

interface LinesProps {
  label: string;
  placeholder: string;
  hint: string;
  value: string;
  change: (value: string) => void;
}

function Lines({ label, placeholder, hint, value, change }: LinesProps) {
  return (
    <label class="more-row">
      <span>{label}</span>
      <textarea
        class="mono"
        rows={2}
        placeholder={placeholder}
        title={hint}
        spellcheck={false}
        value={value}
        onInput={(event) => change(event.currentTarget.value)}
      />
    </label>
  );
}

function Check(props: { words: string; checked: boolean; change: (checked: boolean) => void }) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={props.checked}
        onChange={(event) => props.change(event.currentTarget.checked)}
      />
      {props.words}
    </label>
  );
}

/** The number in a field; null when there is none. */
export function numberOf(field: HTMLInputElement): number | null {
  return field.value.trim() === "" ? null : field.valueAsNumber;
}
