import { useId } from "preact/hooks";

interface SegmentsProps<T extends string> {
  label: string;
  value: T;
  choices: readonly (readonly [value: T, words: string, title: string])[];
  disabled?: boolean;
  change: (value: T) => void;
}

/** A row of choices of which one holds; arrow keys move, as in any group of radio buttons. */
export function Segments<T extends string>(props: SegmentsProps<T>) {
  const name = useId();
  return (
    <div class="segments" role="radiogroup" aria-label={props.label}>
      {props.choices.map(([value, words, title]) => (
        <label key={value} title={title}>
          <input
            type="radio"
            name={name}
            checked={props.value === value}
            disabled={props.disabled}
            onChange={() => props.change(value)}
          />
          <span>{words}</span>
        </label>
      ))}
    </div>
  );
}
