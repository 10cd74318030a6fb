/** Parts of the page that stand inside the text: ordinary components, rendered where CodeMirror puts them. */
import { type EditorView, WidgetType } from "@codemirror/view";
import { render } from "preact";
import { ProbeForm } from "../components/ProbeForm";
import { ProbeStrip } from "../components/ProbeStrip";
import { draft, draftLine, probesByLine, startDraft } from "../state/probes";
import { path } from "../state/view";

/** Under a line: its probes, and the form when it is open there. */
export class LineWidget extends WidgetType {
  constructor(readonly line: number) {
    super();
  }

  override eq(other: LineWidget): boolean {
    return other.line === this.line;
  }

  override toDOM(view: EditorView): HTMLElement {
    const dom = document.createElement("div");
    dom.className = "under-line";
    render(<UnderLine line={this.line} />, dom);
    // Its height changes with what it says; CodeMirror has to know where the lines below now are.
    const observer = new ResizeObserver(() => view.requestMeasure());
    observer.observe(dom);
    observers.set(dom, observer);
    return dom;
  }

  override destroy(dom: HTMLElement): void {
    observers.get(dom)?.disconnect();
    render(null, dom);
  }

  override get estimatedHeight(): number {
    return 40;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

const observers = new WeakMap<HTMLElement, ResizeObserver>();

function UnderLine({ line }: { line: number }) {
  const wanted = draft.value;
  const shown = probesByLine.value.get(line) ?? [];
  return (
    <>
      {shown
        .filter(({ view }) => view.probe.id !== wanted?.edits?.id)
        .map((one) => (
          <ProbeStrip key={one.view.probe.id} shown={one} />
        ))}
      {wanted && draftLine.value === line && <ProbeForm key="form" wanted={wanted} />}
    </>
  );
}

/** At the end of the current line: what Enter would do. */
export class CurrentLineWidget extends WidgetType {
  constructor(readonly line: number) {
    super();
  }

  override eq(other: CurrentLineWidget): boolean {
    return other.line === this.line;
  }

  override toDOM(): HTMLElement {
    const button = document.createElement("button");
    button.className = "probe-this-line";
    button.tabIndex = -1;
    button.textContent = "probe this line ⏎";
    button.addEventListener("click", () => draftAt(this.line));
    return button;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

/** Open the form under a line of the open file. */
export function draftAt(line: number): void {
  startDraft(`${path.peek()}:${line}`, line);
}
