import type { Signal } from "@preact/signals";

const ROWS = [20, 50, 200];

/** How many rows a table shall have. */
export function RowsChoice({ top }: { top: Signal<number> }) {
  return (
    <label>
      Rows{" "}
      <select value={top.value} onChange={(event) => (top.value = Number(event.currentTarget.value))}>
        {ROWS.map((n) => (
          <option key={n}>{n}</option>
        ))}
      </select>
    </label>
  );
}
