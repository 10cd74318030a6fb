/** What stands beside, under and on the lines of the open file, as the viewer's state. */
import { type EditorState, type Extension, RangeSet, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";
import type { StateName } from "../probe_summary";
import { CurrentLineWidget, LineWidget } from "./widgets";

export interface Marks {
  /** Lines that can be probed; null: not known, so all. */
  probeable: ReadonlySet<number> | null;
  /** Line -> state of its probes, the most telling. */
  states: ReadonlyMap<number, StateName>;
  /** Lines with something under them: probes, the form. */
  rows: ReadonlySet<number>;
  /** The line a person looks at; 0: none. */
  current: number;
  /** The line of the snapshot's frame that is open; 0: not in this file. */
  hit: number;
}

const NO_MARKS: Marks = { probeable: null, states: new Map(), rows: new Set(), current: 0, hit: 0 };

export const setMarks = StateEffect.define<Marks>();

const marksField = StateField.define<Marks>({
  create: () => NO_MARKS,
  update: (marks, transaction) => {
    for (const effect of transaction.effects) if (effect.is(setMarks)) marks = effect.value;
    return marks;
  },
});

const decorations = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (set, transaction) =>
    transaction.effects.some((effect) => effect.is(setMarks)) ? decorate(transaction.state) : set,
  provide: (field) => EditorView.decorations.from(field),
});

export const marks: Extension = [marksField, decorations];

export function marksOf(state: EditorState): Marks {
  return state.field(marksField);
}

export function canProbe({ probeable }: Marks, line: number): boolean {
  return probeable === null || probeable.has(line);
}

function decorate(state: EditorState): DecorationSet {
  const { rows, current, hit, probeable } = state.field(marksField);
  const inText = (line: number): boolean => line >= 1 && line <= state.doc.lines;
  const ranges = [];
  for (const line of rows) {
    if (!inText(line)) continue;
    ranges.push(
      Decoration.widget({ widget: new LineWidget(line), block: true, side: 1 }).range(
        state.doc.line(line).to,
      ),
    );
  }
  if (inText(hit)) ranges.push(Decoration.line({ class: "is-hit" }).range(state.doc.line(hit).from));
  if (inText(current)) {
    const { from, to } = state.doc.line(current);
    ranges.push(Decoration.line({ class: "is-current" }).range(from));
    if (!rows.has(current) && (probeable === null || probeable.has(current))) {
      ranges.push(Decoration.widget({ widget: new CurrentLineWidget(current), side: 1 }).range(to));
    }
  }
  return RangeSet.of(ranges, true);
}
