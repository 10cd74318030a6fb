import { useSignal } from "@preact/signals";
import { Fragment } from "preact";
import { useEffect } from "preact/hooks";
import type { CodeLine } from "../code/highlight";
import { baseName } from "../location";
import type { Frame, Value } from "../snapshot/body";
import { valueText } from "../snapshot/words";
import { sourceOfFrame } from "../state/snapshots";
import { openFile } from "../state/view";
import type { SnapshotSummary } from "../wire";

const LINES_AROUND = 3;
const SHOWN_VALUES = 6;
const VALUE_CHARACTERS = 40;

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
        <Fragment key={number}>
          <button
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
            </span>
          </button>
          {number === frame.line && <LineValues frame={frame} values={values} text={joined(tokens)} />}
        </Fragment>
      ))}
    </div>
  );
}

function LineValues(props: { frame: Frame; values: readonly Value[]; text: string }) {
  const { frame, values, text } = props;
  const names = new Set(text.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []);
  const shown = (frame.locals ?? []).filter(
    ([name, ref]) => names.has(name) && values[ref]?.text !== undefined,
  );
  if (shown.length === 0) return null;
  return (
    <div class="line-values">
      {shown.slice(0, SHOWN_VALUES).map(([name, ref]) => (
        <span key={name}>
          {name} = {shortened(valueText(values, values[ref] ?? {}))}
        </span>
      ))}
    </div>
  );
}

async function read(summary: SnapshotSummary, frame: Frame): Promise<CodeLine[] | null> {
  const source = await sourceOfFrame(summary, frame);
  if (!source) return null;
  const { highlightLines } = await import("../code/highlight");
  return dedent(highlightLines(source.text, frame.line - LINES_AROUND, frame.line + LINES_AROUND));
}

/** Take away the indentation that all lines share: the pane is narrow. */
function dedent(lines: CodeLine[]): CodeLine[] {
  const indents = lines
    .map(({ tokens }) => joined(tokens))
    .filter((text) => text.trim() !== "")
    .map((text) => text.length - text.trimStart().length);
  const shared = Math.min(...indents);
  return lines.map(({ number, tokens }) => {
    const [first, ...rest] = tokens;
    if (!first || first.text.slice(0, shared).trim() !== "") return { number, tokens };
    return { number, tokens: [{ ...first, text: first.text.slice(shared) }, ...rest] };
  });
}

function joined(tokens: CodeLine["tokens"]): string {
  return tokens.map(({ text }) => text).join("");
}

function shortened(text: string): string {
  return text.length > VALUE_CHARACTERS ? `${text.slice(0, VALUE_CHARACTERS - 1)}…` : text;
}
