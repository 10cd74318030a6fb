import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { baseName, parsePlace } from "../location";
import { openSource } from "../state/source";
import { closeDraft, type Draft, draft, submitDraft } from "../state/probes";
import { messageOf } from "../state/session";

const EXPIRIES: [minutes: number, words: string][] = [
  [5, "5 minutes"],
  [0, "1 hour"],
  [240, "4 hours"],
  [1440, "24 hours"],
];

const MAX_HITS = 100_000;

/** Enter sets the probe, Escape closes. Stands under its line, or in the probes pane when there is none. */
export function ProbeForm({ wanted }: { wanted: Draft }) {
  const problem = useSignal("");
  const busy = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  const typed = wanted.line === 0;

  useEffect(() => {
    const first = form.current?.querySelector<HTMLInputElement>("input");
    first?.focus({ preventScroll: true });
  }, [wanted.location === "", wanted.line]);

  const change = (changed: Partial<Draft>): void => {
    problem.value = "";
    if (draft.value) draft.value = { ...draft.value, ...changed };
  };
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    problem.value = checkDraft(wanted);
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
      aria-label={`Probe ${wanted.location || "a location"}`}
      onSubmit={(event) => void submit(event)}
      onKeyDown={escape}
    >
      {typed && <LocationField wanted={wanted} change={change} />}
      {!typed && <NoCodeNote line={wanted.line} />}
      <ConditionField wanted={wanted} change={change} invalid={problem.value !== ""} />
      {problem.value && (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
      <div class="probe-form-foot">
        <LimitFields wanted={wanted} change={change} />
        <span class="spring" />
        <button type="button" title="Escape" onClick={closeDraft}>
          Cancel
        </button>
        <button type="submit" class="primary" disabled={busy.value}>
          {wanted.replaces ? "Replace probe" : "Set probe"} <kbd>⏎</kbd>
        </button>
      </div>
    </form>
  );
}

interface FieldProps {
  wanted: Draft;
  change: (changed: Partial<Draft>) => void;
}

function LocationField({ wanted, change }: FieldProps) {
  return (
    <label class="field">
      <span class="field-name">at</span>
      <input
        class="mono grow"
        placeholder="shop/pricing.py:42"
        aria-label="Location"
        spellcheck={false}
        autocomplete="off"
        value={wanted.location}
        onInput={(event) => change({ location: event.currentTarget.value })}
      />
    </label>
  );
}

function ConditionField({ wanted, change, invalid }: FieldProps & { invalid: boolean }) {
  return (
    <label class="field">
      <span class="field-name">if</span>
      <input
        class="mono grow"
        placeholder="order.total < 0 and not order.paid"
        aria-label="Condition"
        aria-invalid={invalid}
        title="A read-only expression. Empty: the next time the line is reached."
        spellcheck={false}
        autocomplete="off"
        autocapitalize="off"
        value={wanted.condition}
        onInput={(event) => change({ condition: event.currentTarget.value })}
      />
    </label>
  );
}

function LimitFields({ wanted, change }: FieldProps) {
  return (
    <>
      <label title="Snapshots that each process captures before the probe is done">
        Hits{" "}
        <input
          class="hits"
          type="number"
          min={1}
          max={MAX_HITS}
          required
          value={wanted.hits}
          onInput={(event) => change({ hits: event.currentTarget.valueAsNumber })}
        />
      </label>
      <label title="The probe removes itself after this time">
        for{" "}
        <select
          aria-label="Expiry"
          value={wanted.expiryMinutes}
          onChange={(event) => change({ expiryMinutes: Number(event.currentTarget.value) })}
        >
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

function checkDraft(wanted: Draft): string {
  const place = parsePlace(wanted.location);
  if (!place.path || place.line < 1)
    return "Say where: path/of/file.py:LINE, for example shop/pricing.py:42.";
  if (!Number.isInteger(wanted.hits) || wanted.hits < 1 || wanted.hits > MAX_HITS) {
    return `Hits must be a whole number from 1 to ${MAX_HITS}.`;
  }
  return "";
}
