import { effect, untracked } from "@preact/signals";
import type { EditorView } from "@codemirror/view";
import { useEffect, useRef } from "preact/hooks";
import type { StateName } from "../probe_summary";
import { draftLine, probesByLine, type ShownProbe } from "../state/probes";
import { shownFrame } from "../state/snapshots";
import { jump, line } from "../state/view";
import type { Source } from "../wire";
import { openEditor, scrollToLine, trackWidths } from "./editor";
import { type Marks, setMarks } from "./marks";
import { draftAt } from "./widgets";

export interface CodeViewProps {
  source: Source;
}

/** Of several probes on one line, the state that needs a person most. */
const TELLING: StateName[] = ["error", "suspended", "armed", "pending", "done", "expired"];

export function CodeView({ source }: CodeViewProps) {
  const host = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!host.current) return;
    const view = openEditor(host.current, source.text, source.path, {
      probe: (chosen) => {
        line.value = chosen;
        draftAt(chosen);
      },
      look: (chosen) => (line.value = chosen),
    });
    const stopWidths = trackWidths(view);
    const codeLines = source.lines_with_code ?? [];
    const probeable = codeLines.length > 0 ? new Set(codeLines) : null;
    const stopMarks = effect(() => view.dispatch({ effects: setMarks.of(currentMarks(source, probeable)) }));
    const stopJumps = jump.subscribe(() =>
      untracked(() => {
        scrollToLine(view, line.value);
        followSearch(view);
      }),
    );
    return () => {
      stopJumps();
      stopMarks();
      stopWidths();
      view.destroy();
    };
  }, [source]);

  return <div class="code" ref={host} />;
}

/** Who opened the file from the search goes on with the keyboard: in the text. */
function followSearch(view: EditorView): void {
  if (document.activeElement?.id === "file-search") view.focus();
}

function currentMarks(source: Source, probeable: Marks["probeable"]): Marks {
  const states = new Map<number, StateName>();
  for (const [at, shown] of probesByLine.value) states.set(at, mostTelling(shown));
  const rows = new Set(states.keys());
  if (draftLine.value > 0) rows.add(draftLine.value);
  const frame = shownFrame.value;
  return {
    probeable,
    states,
    rows,
    current: line.value,
    hit: frame?.file === source.path ? frame.line : 0,
  };
}

function mostTelling(shown: ShownProbe[]): StateName {
  const states = shown.map(({ summary }) => summary.state);
  return TELLING.find((state) => states.includes(state)) ?? "pending";
}
