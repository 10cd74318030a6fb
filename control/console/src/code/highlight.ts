/** Python text as coloured pieces, by the grammar that the viewer uses. Classes are styled in source.css. */
import { classHighlighter, highlightCode } from "@lezer/highlight";
import { parser } from "@lezer/python";

export interface Token {
  text: string;
  classes: string;
}

export interface CodeLine {
  /** 1-based */
  number: number;
  tokens: Token[];
}

/** Lines `first` to `last` (1-based, both included; cut to those that exist). */
export function highlightLines(text: string, first: number, last: number): CodeLine[] {
  const lines: CodeLine[] = [];
  let number = 1;
  let tokens: Token[] = [];
  const inside = (): boolean => number >= first && number <= last;
  highlightCode(
    text,
    parser.parse(text),
    classHighlighter,
    (piece, classes) => {
      if (inside()) tokens.push({ text: piece, classes });
    },
    () => {
      if (inside()) lines.push({ number, tokens });
      tokens = [];
      number++;
    },
  );
  if (inside()) lines.push({ number, tokens });
  return lines;
}
