import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { type Action, DEFAULT_HITS, type Draft, MAX_HITS, problemOf } from "../draft";
import { baseName } from "../location";
import { openSource } from "../state/source";
import { closeDraft, draft, submitDraft } from "../state/probes";
import { messageOf } from "../state/session";
import { ActionFields, type FieldProps } from "./ActionFields";
import { ExpressionField } from "./ExpressionField";
import { MoreFields, numberOf } from "./MoreFields";
import { Segments } from "./Segments";

const EXPIRIES: [minutes: number, words: string][] = [
  [5, "5 minutes"],
  [60, "1 hour"],
  [240, "4 hours"],
  [1440, "24 hours"],
];

const ACTIONS: [Action, string, string][] = [
  ["snapshot", "Snapshot", "Capture the variables and the stack"],
  ["log", "Log", "Log a line with values"],
  ["metric", "Metric", "Count, or measure a number"],
  ["timer", "Timer", "Time a function, or the way to another line"],
  ["span", "Span", "Put attributes on the span of OpenTelemetry that is current"],
  ["memory", "Memory", "Say what was allocated since the hit before"],
];

/** Enter sets the probe, Escape closes. Stands under its line, or in the probes pane when there is none. */
export function ProbeForm({ wanted }: { wanted: Draft }) {
  const problem = useSignal("");
  const busy = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  const typed = wanted.line === 0;

  useEffect(() => {
    const first = form.current?.querySelector<HTMLInputElement>("input.mono:not([disabled])");
    first?.focus({ preventScroll: true });
  }, [wanted.edits?.id, wanted.line]);

  const change = (changed: Partial<Draft>): void => {
    problem.value = "";
    if (draft.value) draft.value = { ...draft.value, ...changed };
  };
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    problem.value = problemOf(wanted);
    if (problem.value || busy.value) return;
    busy.value = true;
    try {
      await submitDraft(wanted);
    } catch (error) {
      problem.value = messageOf(error);
    }
    busy.value = false;
  };
  const escape = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    closeDraft();
  };

  return (
    <form
      class="probe-form"
      ref={form}
      noValidate
      aria-label={`Probe ${wanted.location || "a location"}`}
      onSubmit={(event) => void submit(event)}
      onKeyDown={escape}
    >
      <Segments
        label="What the probe does"
        value={wanted.action}
        choices={ACTIONS}
        disabled={wanted.edits !== undefined}
        change={(action) => change({ action })}
      />
      {typed && <LocationField wanted={wanted} change={change} />}
      {!typed && <NoCodeNote line={wanted.line} />}
      <ExpressionField
        wanted={wanted}
        name="if"
        label="Condition"
        placeholder="order.total < 0 and not order.paid"
        title="A read-only expression. Empty: each time it is reached."
        value={wanted.condition}
        invalid={problem.value !== ""}
        change={(condition) => change({ condition })}
      />
      <ActionFields wanted={wanted} change={change} />
      {problem.value && (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
      <MoreFields wanted={wanted} change={change} />
      <div class="probe-form-foot">
        <LimitFields wanted={wanted} change={change} />
        <span class="probe-form-buttons">
          <button type="button" title="Escape" onClick={closeDraft}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={busy.value}>
            {wanted.edits ? "Change probe" : "Set probe"} <kbd>⏎</kbd>
          </button>
        </span>
      </div>
    </form>
  );
}

function LocationField({ wanted, change }: FieldProps) {
  return (
    <label class="field">
      <span class="field-name">at</span>
      <input
        class="mono grow"
        placeholder="shop/pricing.py:42, shop.pricing:Cart.total, raise:builtins.KeyError"
        title="path/of/file.py:LINE; module:function for its entry, with :exit for its end; raise:module.Type"
        aria-label="Location"
        spellcheck={false}
        autocomplete="off"
        disabled={wanted.edits !== undefined}
        value={wanted.location}
        onInput={(event) => change({ location: event.currentTarget.value })}
      />
    </label>
  );
}

function LimitFields({ wanted, change }: FieldProps) {
  return (
    <>
      <label title="How often it acts in each process before it is done">
        Hits{" "}
        <input
          class="hits"
          type="number"
          min={1}
          max={MAX_HITS}
          placeholder={String(DEFAULT_HITS[wanted.action] ?? "no end")}
          value={wanted.hits ?? ""}
          onInput={(event) => change({ hits: numberOf(event.currentTarget) })}
        />
      </label>
      <label title="The probe removes itself after this time">
        for{" "}
        <select
          aria-label="Expiry"
          value={wanted.expiryMinutes}
          onChange={(event) => change({ expiryMinutes: Number(event.currentTarget.value) })}
        >
          {wanted.edits && <option value={0}>as long as it has</option>}
          {EXPIRIES.map(([minutes, words]) => (
            <option key={minutes} value={minutes}>
              {words}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

function NoCodeNote({ line }: { line: number }) {
  const lines = openSource.value.source?.lines_with_code;
  if (!lines || lines.length === 0 || lines.includes(line)) return null;
  return (
    <p class="note">
      Line {line} of {baseName(openSource.value.source?.path ?? "")} has no code of its own: the probe moves
      to the next line that has, in the same function.
    </p>
  );
}
