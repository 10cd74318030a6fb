import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { plural } from "../count";
import { changedPart, type DiffRow, diffRows, type diffSections } from "../diff_rows";
import { baseName } from "../location";
import { type Difference, type Head, headNote } from "../reading";
import { isRedacted } from "../snapshot/words";
import { HeadText } from "./HeadText";
import { Icon } from "./Icon";
import { useTreeKeys } from "./tree_keys";
import { valueClass } from "./ValueTree";

interface DiffTreeProps {
  sections: ReturnType<typeof diffSections>;
  /** Frames of libraries: folded at first. */
  library: ReadonlySet<number>;
  unknown: boolean;
}

/** The ARIA treegrid pattern: the way to each value, what the left has, what the right has. */
export function DiffTree({ sections, library, unknown }: DiffTreeProps) {
  const closed = useSignal<ReadonlySet<string>>(
    new Set(sections.filter(({ number }) => number !== null && library.has(number)).map(({ key }) => key)),
  );
  const rows = diffRows(sections, { closed: closed.value, unknown });
  const root = useRef<HTMLDivElement>(null);
  const toggle = (key: string, open: boolean): void => {
    const next = new Set(closed.value);
    if (open) next.delete(key);
    else next.add(key);
    closed.value = next;
  };
  const { current, choose, onKey } = useTreeKeys(rows, root, { toggle });
  return (
    <div class="diff-tree" role="treegrid" aria-label="Differences" ref={root} onKeyDown={onKey}>
      <div class="diff-row diff-columns" role="row">
        <span role="columnheader">Value</span>
        <span role="columnheader">− Left</span>
        <span role="columnheader">+ Right</span>
      </div>
      {rows.map((row) => (
        <Row
          key={row.key}
          row={row}
          isLibrary={row.frame?.number !== null && library.has(row.frame?.number ?? -1)}
          current={row.key === current}
          choose={() => {
            if (!(window.getSelection()?.isCollapsed ?? true)) return; // text was marked to be copied
            choose(row.key);
            if (row.expandable) toggle(row.key, !row.expanded);
          }}
        />
      ))}
    </div>
  );
}

interface RowProps {
  row: DiffRow;
  isLibrary: boolean;
  current: boolean;
  choose: () => void;
}

function Row({ row, isLibrary, current, choose }: RowProps) {
  const { difference, unknown } = row;
  const kind = unknown ? "unknown" : (difference?.kind ?? "way");
  return (
    <div
      role="row"
      aria-level={row.depth + 1}
      aria-expanded={row.expandable ? row.expanded : undefined}
      tabIndex={current ? 0 : -1}
      class={`diff-row is-${kind}${row.frame ? " is-frame" : ""}${isLibrary ? " is-library" : ""}`}
      style={{ "--depth": String(row.depth) }}
      onClick={choose}
    >
      <span role="rowheader" class="diff-name">
        <span class="twisty">
          {row.expandable && <Icon name={row.expanded ? "down" : "right"} size={12} />}
        </span>
        <Mark kind={kind} />
        <span class="diff-words">
          <span class="diff-label" title={row.path || row.label}>
            {row.label}
          </span>
          {row.frame && <FrameNote row={row} />}
          {difference?.right_path && (
            <span class="diff-note" title="Its place on the right">
              right: {difference.right_path}
            </span>
          )}
        </span>
      </span>
      {difference && <Sides difference={difference} />}
    </div>
  );
}

const MARKS: Record<string, [mark: string, words: string]> = {
  added: ["+", "only on the right"],
  frame_added: ["+", "frame only on the right"],
  removed: ["−", "only on the left"],
  frame_removed: ["−", "frame only on the left"],
  unknown: ["?", "not compared"],
  way: ["", ""],
};

function Mark({ kind }: { kind: string }) {
  const [mark, words] = MARKS[kind] ?? ["~", kind === "changed" ? "changed" : `another ${kind}`];
  return (
    <span class="diff-mark" title={words}>
      <span aria-hidden="true">{mark}</span>
      <span class="sr-only">{words}</span>
    </span>
  );
}

function FrameNote({ row }: { row: DiffRow }) {
  if (!row.frame || row.expanded || !row.expandable) return null;
  const { differences, unknown } = row.frame;
  const parts = [
    differences > 0 && plural(differences, "difference"),
    unknown > 0 && `${unknown} not compared`,
  ].filter(Boolean);
  return <span class="diff-note">{parts.join(", ")}</span>;
}

/** Two cells, or one over both for what is said of the two together. */
function Sides({ difference }: { difference: Difference }) {
  const { kind, left, right, message } = difference;
  if (kind === "identity") {
    return (
      <span role="gridcell" class="diff-both">
        {message}
      </span>
    );
  }
  if (kind === "line" || kind === "frame_added" || kind === "frame_removed") {
    return (
      <>
        <Spot head={left} />
        <Spot head={right} />
      </>
    );
  }
  const why = reasonOf(difference);
  return (
    <>
      <Side head={left} other={right} kind={kind} name="left" />
      <Side head={right} other={left} kind={kind} name="right" />
      {why && (
        <span role="gridcell" class="diff-both diff-note">
          {why}
        </span>
      )}
    </>
  );
}

/** Why the two were not compared, where the values themselves do not say it. */
function reasonOf({ kind, left, right, message = "" }: Difference): string {
  if (kind === "redacted") {
    const rules = [left, right]
      .filter((head) => head && isRedacted(head))
      .map((head) => headNote(head ?? {}));
    return [...new Set(rules), `${message}: never compared`].filter(Boolean).join("; ");
  }
  if (kind !== "not_captured") return "";
  const said = [left, right].some((head) => head && headNote(head) !== "");
  return said ? "" : message || "not captured";
}

function Spot({ head }: { head: Difference["left"] }) {
  return (
    <span role="gridcell" class="diff-side-cell muted">
      {head ? `${baseName(head.file ?? "?")}:${head.line ?? 0}` : "no such frame"}
    </span>
  );
}

interface SideProps {
  head: Head | undefined;
  other: Head | undefined;
  kind: string;
  name: string;
}

function Side({ head, other, kind, name }: SideProps) {
  return (
    <span role="gridcell" class={`diff-side-cell is-${name}`}>
      <span class="diff-side-name">{name === "left" ? "−" : "+"}</span>
      {head ? (
        <SideValue head={head} other={other} kind={kind} />
      ) : (
        <span class="muted">
          <span aria-hidden="true">·</span>
          <span class="sr-only">not there</span>
        </span>
      )}
    </span>
  );
}

function SideValue({ head, other, kind }: Omit<SideProps, "head" | "name"> & { head: Head }) {
  if (kind === "type") {
    return (
      <span class="head">
        <span class="tree-note">{head.type}</span>
        <HeadText head={head} />
      </span>
    );
  }
  if (kind !== "changed" || head.text === undefined || isRedacted(head)) return <HeadText head={head} />;
  // Of a short value, the whole is what changed.
  const long = Math.max(head.text.length, other?.text?.length ?? 0) > SHORT_TEXT;
  const [before, changed, after] = long ? changedPart(head.text, other?.text ?? "") : ["", head.text, ""];
  return (
    <span class={valueClass(head)} title={head.text}>
      {before}
      {changed && <mark>{changed}</mark>}
      {after}
    </span>
  );
}

const SHORT_TEXT = 24;
