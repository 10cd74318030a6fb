import { upInstances } from "../state/memory";
import { middle } from "../state/view";

interface ProcessChoiceProps {
  kind: "memory" | "threads";
  chosen: string;
  /** A process that was asked for and is not connected; empty: none */
  gone: string;
}

/** Which process of the service is looked into. */
export function ProcessChoice({ kind, chosen, gone }: ProcessChoiceProps) {
  return (
    <select
      class="process-choice"
      aria-label="Process"
      value={gone || chosen}
      onChange={(event) => (middle.value = { kind, instance: event.currentTarget.value })}
    >
      {gone && <option value={gone}>process {gone.slice(0, 8)}, gone</option>}
      {!gone && !chosen && <option value="">no process</option>}
      {upInstances.value.map(({ id, pid, host }) => (
        <option key={id} value={id}>
          pid {pid} on {host}
        </option>
      ))}
    </select>
  );
}
