import { useId, useRef } from "preact/hooks";
import { piecesOf, type Refusal } from "../check";
import type { Draft } from "../draft";
import { useRefusals } from "../state/check";

export interface ExpressionFieldProps {
  wanted: Draft;
  /** The word in front of the field, and what a screen reader says. */
  name: string;
  label: string;
  kind?: "condition" | "template";
  placeholder: string;
  title?: string;
  value: string;
  invalid?: boolean;
  change: (value: string) => void;
}

/** A field for an expression: what a process would refuse of it is underlined, the reason stands below. */
export function ExpressionField(props: ExpressionFieldProps) {
  const { wanted, name, label, kind = "condition", value, change } = props;
  const refusals = useRefusals(value, kind, wanted);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const take = (text: string): void => {
    change(text);
    input.current?.focus();
  };
  return (
    <div class="expression-field">
      <label class="field">
        <span class="field-name">{name}</span>
        <Underlined text={value} refusals={refusals}>
          <input
            ref={input}
            class="mono"
            placeholder={props.placeholder}
            aria-label={label}
            aria-invalid={props.invalid === true || refusals.length > 0}
            aria-describedby={id}
            title={props.title}
            spellcheck={false}
            autocomplete="off"
            autocapitalize="off"
            value={value}
            onInput={(event) => change(event.currentTarget.value)}
            onScroll={followScroll}
          />
        </Underlined>
      </label>
      <Reasons id={id} refusals={refusals} take={take} />
    </div>
  );
}

interface UnderlinedProps {
  text: string;
  refusals: readonly Pick<Refusal, "from" | "to">[];
  children: preact.ComponentChildren;
}

/** A field cannot underline a part of its text: the same text, unseen, lies behind it and does. */
export function Underlined({ text, refusals, children }: UnderlinedProps) {
  return (
    <span class="expression grow">
      <span class="expression-marks mono" aria-hidden="true">
        {refusals.length > 0 &&
          piecesOf(text, refusals).map((piece, position) =>
            piece.refused ? <u key={position}>{piece.text}</u> : piece.text,
          )}
      </span>
      {children}
    </span>
  );
}

export function followScroll(event: Event): void {
  const field = event.currentTarget as HTMLInputElement;
  const marks = field.parentElement?.querySelector(".expression-marks");
  if (marks) marks.scrollLeft = field.scrollLeft;
}

/** Always there, so that a screen reader tells what comes into it. */
function Reasons(props: { id: string; refusals: readonly Refusal[]; take: (text: string) => void }) {
  return (
    <div class="reasons" id={props.id} aria-live="polite">
      {props.refusals.map(({ from, message, instead }) => (
        <p key={`${from} ${message}`} class="reason">
          {message}{" "}
          {instead !== undefined && (
            <button
              type="button"
              class="link mono"
              title="Write this instead"
              onClick={() => props.take(instead.text)}
            >
              {instead.words}
            </button>
          )}
        </p>
      ))}
    </div>
  );
}
