/** Line numbers that are buttons: a mark for the state of the line's probes, or that it can be probed. */
import type { Extension } from "@codemirror/state";
import { type EditorView, gutter, GutterMarker } from "@codemirror/view";
import { render } from "preact";
import { StateMark } from "../components/StateMark";
import type { StateName } from "../probe_summary";
import { canProbe, marksOf, setMarks } from "./marks";

class LineMarker extends GutterMarker {
  constructor(
    readonly line: number,
    readonly state: StateName | "free" | "none",
  ) {
    super();
    this.elementClass = state === "none" ? "no-code" : "has-code";
  }

  override eq(other: LineMarker): boolean {
    return other.line === this.line && other.state === this.state;
  }

  override toDOM(): Node {
    const dom = document.createElement("div");
    dom.className = "line-marker";
    dom.title = this.title();
    render(
      <>
        <span class="line-mark">{this.state !== "none" && <StateMark state={this.state} />}</span>
        <span class="line-number">{this.line}</span>
      </>,
      dom,
    );
    return dom;
  }

  private title(): string {
    if (this.state === "free") return `Probe line ${this.line}`;
    return this.state === "none" ? "No code on this line" : `Probe: ${this.state}`;
  }
}

export function lineGutter(choose: (line: number) => void): Extension {
  return gutter({
    class: "line-gutter",
    lineMarker: (view, block) => markerAt(view, view.state.doc.lineAt(block.from).number),
    lineMarkerChange: (update) =>
      update.transactions.some((one) => one.effects.some((effect) => effect.is(setMarks))),
    initialSpacer: (view) => new LineMarker(widest(view), "none"),
    domEventHandlers: {
      mousedown: (_view, _block, event) => {
        event.preventDefault(); // the focus goes to the form
        return true;
      },
      click: (view, block) => {
        choose(view.state.doc.lineAt(block.from).number);
        return true;
      },
    },
  });
}

function markerAt(view: EditorView, line: number): LineMarker {
  const marks = marksOf(view.state);
  return new LineMarker(line, marks.states.get(line) ?? (canProbe(marks, line) ? "free" : "none"));
}

function widest(view: EditorView): number {
  return Number("9".repeat(String(view.state.doc.lines).length));
}
