import { useRef } from "preact/hooks";
import { plural } from "../count";
import { metricTable } from "../metrics";
import { useMetrics } from "../state/metrics";
import type { Probe } from "../wire";

const ROWS_SHOWN = 12;

/** What a metric or timer probe measured so far. */
export function MetricTable({ probe }: { probe: Probe }) {
  const place = useRef<HTMLDivElement>(null);
  const views = useMetrics(probe.id, () => place.current !== null && place.current.offsetParent !== null);
  const { head, labels, rows } = metricTable(probe, views);
  const more = rows.length - ROWS_SHOWN;
  return (
    <div class="metric" ref={place}>
      {rows.length > 0 && (
        <table aria-label={`Measured: ${probe.options?.metric ?? ""}`}>
          <thead>
            <tr>
              {head.map((name, column) => (
                <th key={column} scope="col" class={column < labels ? "is-label" : ""}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, ROWS_SHOWN).map((row) => (
              <tr key={row.slice(0, labels).join("\n")}>
                {row.map((cell, column) => (
                  <td key={column} class={column < labels ? "is-label" : ""} title={cell}>
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {more > 0 && <p class="note">{plural(more, "more row")}, of fewer hits</p>}
    </div>
  );
}
