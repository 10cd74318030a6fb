import { type Cell, headNote, headText } from "../reading";
import { isRedacted } from "../snapshot/words";
import { valueClass } from "./ValueTree";

/** A value on one line, with the reason for what is missing of it. */
export function HeadText({ head }: { head: Cell }) {
  if (head.missing !== undefined) {
    return (
      <span class="muted" title={head.missing}>
        –<span class="sr-only"> {head.missing}</span>
      </span>
    );
  }
  const note = headNote(head);
  const text = headText(head);
  return (
    <span class="head" title={[text, note, head.type].filter(Boolean).join("\n")}>
      <span class={valueClass(head)}>{text}</span>
      {note && <span class={isRedacted(head) ? "sr-only" : "tree-note"}> {note}</span>}
    </span>
  );
}
