/** How a process understands an expression: which parts it refuses, where they stand, what to write instead. */
import type { CheckedMessage, CheckPart } from "./wire";

/** The hub's answer to `POST check`. */
export type Checked = Omit<CheckedMessage, "t" | "request">;

export interface Refusal {
  /** Positions in the text: [from, to). */
  from: number;
  to: number;
  message: string;
  /** What to write instead, and the whole text with it; absent when there is nothing to propose. */
  instead?: { words: string; text: string };
}

/** The refused parts of `text`, in its order. Positions outside of the text are brought to its end. */
export function refusalsOf(text: string, checked: Pick<Checked, "parts">): Refusal[] {
  return checked.parts
    .filter(({ kind }) => kind === "refused")
    .map((part) => refusal(text, part))
    .sort((a, b) => a.from - b.from);
}

function refusal(text: string, part: CheckPart): Refusal {
  const column = part.column ?? 1;
  const from = positionOf(text, part.line ?? 1, column);
  const to = Math.max(from, positionOf(text, part.line ?? 1, Math.max(part.end_column ?? 1, column + 1)));
  const found: Refusal = { from, to, message: part.message ?? "not allowed here" };
  if (part.instead) found.instead = { words: part.instead, text: replace(text, from, to, part.instead) };
  return found;
}

/** The agent counts characters, the browser UTF-16 units. */
function positionOf(text: string, line: number, column: number): number {
  const lines = text.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const characters = Array.from(lines[line - 1] ?? "");
  const units = characters.slice(0, column - 1).join("").length;
  return Math.min(before + units, text.length);
}

/** `instead` may repeat what stands before the part: `order.total` -> `order._total` replaces `total` alone. */
function replace(text: string, from: number, to: number, instead: string): string {
  const prefix = instead.slice(0, instead.lastIndexOf(".") + 1);
  const rest = text.slice(0, from).endsWith(prefix) ? instead.slice(prefix.length) : instead;
  return text.slice(0, from) + rest + text.slice(to);
}

export interface Piece {
  text: string;
  refused: boolean;
}

/**
 * `text` cut into pieces that are refused and pieces that are not; together they are the text. What is missing at its
 * end is a piece behind it: a blank that is refused.
 */
export function piecesOf(text: string, refusals: readonly Pick<Refusal, "from" | "to">[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  const cut = (to: number, refused: boolean): void => {
    if (to > at) pieces.push({ text: text.slice(at, to), refused });
    at = Math.max(at, to);
  };
  for (const { from, to } of refusals) {
    cut(from, false);
    cut(to, true);
  }
  cut(text.length, false);
  if (refusals.some(({ from }) => from >= text.length)) pieces.push({ text: "\u00a0", refused: true });
  return pieces;
}
