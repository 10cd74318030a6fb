import { useSignal } from "@preact/signals";
import { count } from "../count";
import {
  CENSUS_COSTS,
  censusChange,
  censusSummary,
  type MemoryAnswer,
  signedCount,
  sizeWords,
} from "../memory";
import { lookAtMemory, memoryOf } from "../state/memory";
import { RowsChoice } from "./RowsChoice";

/** Live objects by type; the second time with what has become more. */
export function MemoryCensus({ instance }: { instance: string }) {
  const top = useSignal(50);
  const { busy, census, censusBefore } = memoryOf(instance);
  return (
    <>
      <p class="muted">{CENSUS_COSTS}</p>
      <div class="memory-controls">
        <RowsChoice top={top} />
        <button
          class="primary"
          disabled={busy !== undefined}
          onClick={() => void lookAtMemory(instance, { op: "census", top: top.value })}
        >
          {busy === "census" ? "Counting…" : census ? "Count again" : "Count now"}
        </button>
      </div>
      {census && <Census census={census} before={censusBefore} />}
    </>
  );
}

function Census({ census, before }: { census: MemoryAnswer; before: MemoryAnswer | undefined }) {
  return (
    <>
      <p class="memory-summary" role="status">
        {censusSummary(census)}
      </p>
      {census.cut && <p class="note warn">There are more objects: the time for one walk was used up.</p>}
      <div class="numbers" role="region" aria-label="Objects by type" tabIndex={0}>
        <table aria-label="Objects by type, most first">
          <thead>
            <tr>
              <th scope="col">Objects</th>
              {before && <th scope="col">Change</th>}
              <th scope="col">Size</th>
              <th scope="col" class="is-text">
                Type
              </th>
            </tr>
          </thead>
          <tbody>
            {(census.rows ?? []).map((row) => (
              <tr key={row.type}>
                <td>{count(row.blocks)}</td>
                {before && <Change change={censusChange(row, before)} />}
                <td class="muted">{sizeWords(row.bytes)}</td>
                <td class="is-text">
                  <code class="spot">{row.type ?? "?"}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Change({ change }: { change: number | null }) {
  if (change === null) {
    return (
      <td class="muted" title="It was not among the rows before">
        ?
      </td>
    );
  }
  return <td class={change > 0 ? "is-more" : change < 0 ? "is-less" : "muted"}>{signedCount(change)}</td>;
}
