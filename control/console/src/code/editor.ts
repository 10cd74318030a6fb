/** The read-only viewer of one text. */
import { pythonLanguage } from "@codemirror/lang-python";
import { syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { lineGutter } from "./gutter";
import { marks, marksOf } from "./marks";
import "./style_sheets";

export interface EditorHandlers {
  /** A person wants to probe this line (1-based). */
  probe: (line: number) => void;
  /** A person looks at this line. */
  look: (line: number) => void;
}

export function openEditor(
  parent: HTMLElement,
  text: string,
  label: string,
  handlers: EditorHandlers,
): EditorView {
  return new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        EditorState.readOnly.of(true),
        EditorView.editable.of(false), // no caret, and no keyboard on a phone
        EditorView.contentAttributes.of({ tabindex: "0", "aria-label": label, "aria-readonly": "true" }),
        EditorState.tabSize.of(8),
        pythonLanguage,
        syntaxHighlighting(classHighlighter),
        search({ top: true }),
        highlightSelectionMatches(),
        marks,
        lineGutter(handlers.probe),
        lookOnClick(handlers.look),
        keymap.of([
          { key: "ArrowDown", run: (view) => step(view, 1, handlers.look) },
          { key: "ArrowUp", run: (view) => step(view, -1, handlers.look) },
          { key: "Enter", run: (view) => probeCurrent(view, handlers.probe) },
          ...searchKeymap,
        ]),
      ],
    }),
  });
}

/** Bring a line into the middle of the view. */
export function scrollToLine(view: EditorView, line: number): void {
  if (line < 1 || line > view.state.doc.lines) return;
  const { from } = view.state.doc.line(line);
  view.dispatch({ effects: EditorView.scrollIntoView(from, { y: "center", x: "nearest" }) });
}

function lookOnClick(look: (line: number) => void) {
  return EditorView.domEventHandlers({
    click: (event, view) => {
      // A drag selects text to copy; only a plain click moves the current line.
      if (!(window.getSelection()?.isCollapsed ?? true)) return false;
      const position = view.posAtCoords({ x: event.clientX, y: event.clientY });
      if (position !== null) look(view.state.doc.lineAt(position).number);
      return false;
    },
  });
}

function step(view: EditorView, by: 1 | -1, look: (line: number) => void): boolean {
  const { current } = marksOf(view.state);
  const line = Math.min(Math.max(current + by, 1), view.state.doc.lines);
  look(line);
  const { from } = view.state.doc.line(line);
  view.dispatch({ effects: EditorView.scrollIntoView(from, { y: "nearest", yMargin: 60 }) });
  return true;
}

function probeCurrent(view: EditorView, probe: (line: number) => void): boolean {
  const { current } = marksOf(view.state);
  if (current > 0) probe(current);
  return current > 0;
}

/** Tell the style sheet how wide the visible text is, for what stands between the lines. */
export function trackWidths(view: EditorView): () => void {
  const observer = new ResizeObserver(() => {
    const gutter = view.scrollDOM.querySelector<HTMLElement>(".cm-gutters")?.offsetWidth ?? 0;
    view.dom.style.setProperty("--gutter-width", `${gutter}px`);
    view.dom.style.setProperty("--text-width", `${view.scrollDOM.clientWidth - gutter}px`);
  });
  observer.observe(view.scrollDOM);
  return () => observer.disconnect();
}
