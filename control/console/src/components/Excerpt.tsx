import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { CodeLine } from "../code/highlight";
import { baseName } from "../location";
import type { Frame, Value } from "../snapshot/body";
import { valueText } from "../snapshot/words";
import { sourceOfFrame } from "../state/snapshots";
import { openFile } from "../state/view";
import type { SnapshotSummary } from "../wire";

const LINES_AROUND = 3;
const INLINE_VALUES = 4;
const INLINE_CHARACTERS = 28;

interface ExcerptProps {
  summary: SnapshotSummary;
  frame: Frame;
  values: readonly Value[];
}

/** The lines around the hit as the process ran them, with the values that the hit line names. */
export function Excerpt({ summary, frame, values }: ExcerptProps) {
  const lines = useSignal<CodeLine[] | null | undefined>(undefined);
  useEffect(() => {
    let current = true;
    lines.value = undefined;
    void read(summary, frame).then((found) => {
      if (current) lines.value = found;
    });
    return () => {
      current = false;
    };
  }, [summary, frame, lines]);
  useSignalEffect(() => void lines.value);

  if (lines.value === undefined) return <div class="excerpt is-loading" />;
  if (lines.value === null) {
    return (
      <p class="note excerpt-missing">
        The text of {baseName(frame.file)} is not available: the process is gone and the hub has no copy.
      </p>
    );
  }
  return (
    <div class="excerpt mono" role="group" aria-label={`${frame.file}, line ${frame.line}`}>
      {lines.value.map(({ number, tokens }) => (
        <button
          key={number}
          class={number === frame.line ? "excerpt-line is-hit" : "excerpt-line"}
          title="Show in the source"
          onClick={() => openFile(frame.file, number)}
        >
          <span class="excerpt-number">{number}</span>
          <span class="excerpt-text">
            {tokens.map(({ text, classes }, position) => (
              <span key={position} class={classes}>
                {text}
              </span>
            ))}
            {number === frame.line && <InlineValues frame={frame} values={values} text={joined(tokens)} />}
          </span>
        </button>
      ))}
    </div>
  );
}

function InlineValues(props: { frame: Frame; values: readonly Value[]; text: string }) {
  const { frame, values, text } = props;
  const names = new Set(text.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []);
  const shown = (frame.locals ?? []).filter(([name, ref]) => names.has(name) && values[ref]?.text !== undefined);
  if (shown.length === 0) return null;
  return (
    <span class="inline-values">
      {shown.slice(0, INLINE_VALUES).map(([name, ref]) => (
        <span key={name}>
          {name} = {shortened(valueText(values, values[ref] ?? {}))}
        </span>
      ))}
    </span>
  );
}

async function read(summary: SnapshotSummary, frame: Frame): Promise<CodeLine[] | null> {
  const source = await sourceOfFrame(summary, frame);
  if (!source) return null;
  const { highlightLines } = await import("../code/highlight");
  return highlightLines(source.text, frame.line - LINES_AROUND, frame.line + LINES_AROUND);
}

function joined(tokens: CodeLine["tokens"]): string {
  return tokens.map(({ text }) => text).join("");
}

function shortened(text: string): string {
  return text.length > INLINE_CHARACTERS ? `${text.slice(0, INLINE_CHARACTERS - 1)}…` : text;
}
