import { useSignal } from "@preact/signals";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { columnProblem, type HitTable, offers, splitColumns, unfinished } from "../reading";
import { useOffers } from "../state/offers";
import { followScroll, Underlined } from "./ExpressionField";

interface ColumnsFieldProps {
  text: string;
  /** What the hub answered; its columns may be those of a moment ago. */
  table: HitTable | undefined;
  /** What the hub says about the text as a whole. */
  problem: string;
  change: (text: string) => void;
}

/** Paths with commas between them. What no hit has is underlined, with the reason and what is there below. */
export function ColumnsField({ text, table, problem, change }: ColumnsFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  const caret = useSignal(text.length);
  const wanted = useRef<number | null>(null);
  const id = useId();
  const pieces = splitColumns(text);
  const current = pieces.find(({ from, to }) => from <= caret.value && caret.value <= to) ?? pieces.at(-1);
  const wrong = pieces.flatMap((piece) => {
    const column = table?.columns.indexOf(piece.path) ?? -1;
    // `user.` is not wrong yet while it is being typed.
    const typing = piece === current && unfinished(piece.path).step !== "";
    const message = table && column >= 0 && piece.path && !typing ? columnProblem(table, column) : "";
    return message ? [{ ...piece, message }] : [];
  });
  // One hit tells what there is; not each new one anew.
  const sample = useRef("");
  sample.current ||= table?.rows[0]?.snapshot ?? "";
  const offered = useOffers(sample.current, current?.path ?? "", offers).filter(
    (path) => !pieces.some((piece) => piece.path === path),
  );

  // With the new text and not after the next frame: a key that is pressed meanwhile would land elsewhere.
  useLayoutEffect(() => {
    if (wanted.current === null) return;
    input.current?.focus();
    input.current?.setSelectionRange(wanted.current, wanted.current);
    wanted.current = null;
  });

  const take = (path: string): void => {
    const { from = text.length, to = text.length } = current ?? {};
    wanted.current = caret.value = from + path.length;
    change(text.slice(0, from) + path + text.slice(to));
  };
  const look = (): void => {
    caret.value = input.current?.selectionStart ?? text.length;
  };
  return (
    <div class="columns-field">
      <label class="field">
        <span class="field-name">columns</span>
        <Underlined text={text} refusals={wrong}>
          <input
            ref={input}
            class="mono"
            placeholder="user.id, order.items[0].price, total"
            aria-label="Columns"
            aria-invalid={problem !== "" || wrong.length > 0}
            aria-describedby={id}
            title="Paths with commas between them: variable.field[index]['key'], or the text of a watch"
            spellcheck={false}
            autocomplete="off"
            autocapitalize="off"
            value={text}
            onInput={(event) => {
              change(event.currentTarget.value);
              look();
            }}
            onKeyUp={look}
            onClick={look}
            onScroll={followScroll}
          />
        </Underlined>
      </label>
      <div class="reasons" id={id} aria-live="polite">
        {problem && <p class="reason">{problem}</p>}
        {wrong.map(({ path, from, message }) => (
          <p key={`${from} ${path}`} class="reason">
            <code>{path}</code>: {message}
          </p>
        ))}
      </div>
      {offered.length > 0 && (
        <div class="offers" role="group" aria-label="What is there">
          {offered.map((path) => (
            <button key={path} type="button" class="offer mono" onClick={() => take(path)}>
              {path}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
