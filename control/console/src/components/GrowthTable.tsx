import { shortPath } from "../location";
import { growth, type MemoryAnswer, signedCount, signedSize, sizeWords, spotOf } from "../memory";
import { openFile } from "../state/view";
import type { MemoryRow } from "../wire";

interface GrowthTableProps {
  answer: MemoryAnswer;
  by: "line" | "traceback";
  /** What the table is about, for screen readers; no two on the page are called the same. */
  label: string;
}

/** What is allocated more, or less, than at the moment before: by line or by stack. */
export function GrowthTable({ answer, by, label }: GrowthTableProps) {
  const { rows = [], elapsed_ms: ms = 0 } = answer;
  return (
    <>
      {answer.cut && (
        <p class="note warn">There are more places than are told apart; the sums count all of them.</p>
      )}
      {rows.length === 0 ? (
        <p class="note">Nothing was allocated that is still there.</p>
      ) : (
        <div class="numbers" role="region" aria-label={label} tabIndex={0}>
          <table aria-label={`${label}, largest change first`}>
            <thead>
              <tr>
                {["Change", "Each second", "Blocks", "Now"].map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
                <th scope="col" class="is-text">
                  {by === "line" ? "Line" : "Stack, allocation first"}
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row, position) => (
                <GrowthRow key={position} row={row} ms={ms} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function GrowthRow({ row, ms }: { row: MemoryRow; ms: number }) {
  const { bytes_change: change = 0, blocks_change: blocks = 0, lines = [] } = row;
  return (
    <tr>
      <td class={change > 0 ? "is-more" : change < 0 ? "is-less" : ""}>{signedSize(change)}</td>
      <td class="muted">{growth(change, ms)}</td>
      <td title={`${row.blocks} now`}>{signedCount(blocks)}</td>
      <td class="muted">{sizeWords(row.bytes)}</td>
      <td class="is-text">
        {lines.map((line, position) => (
          <SpotLink key={position} text={line} />
        ))}
        {lines.length === 0 && "?"}
      </td>
    </tr>
  );
}

/** A line of a file: choosing it shows the source. */
function SpotLink({ text }: { text: string }) {
  const { file, line } = spotOf(text);
  if (line === 0 || file.startsWith("<")) return <code class="spot">{text}</code>;
  return (
    <button class="link mono spot" title={`${text}: show in the source`} onClick={() => openFile(file, line)}>
      {shortPath(file)}:{line}
    </button>
  );
}
