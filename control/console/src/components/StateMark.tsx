import type { StateName } from "../probe_summary";

/** Each state has its own shape, so that colour is never the only sign. `free`: a line that can be probed. */
export function StateMark({ state, size = 14 }: { state: StateName | "free"; size?: number }) {
  return (
    <svg class={`mark mark-${state}`} width={size} height={size} viewBox="0 0 14 14" aria-hidden="true">
      <Shape state={state} />
    </svg>
  );
}

function Shape({ state }: { state: StateName | "free" }) {
  switch (state) {
    case "pending":
      return <circle cx="7" cy="7" r="4.700" class="mark-line" stroke-dasharray="2.600 2.320" />;
    case "armed":
      return <path d="M7 .800 13.200 7 7 13.200 .800 7Z" class="mark-fill" />;
    case "suspended":
      return (
        <>
          <circle cx="7" cy="7" r="5.500" class="mark-line" />
          <path d="M5.300 4.800v4.400M8.700 4.800v4.400" class="mark-line" />
        </>
      );
    case "done":
      return (
        <>
          <circle cx="7" cy="7" r="6.200" class="mark-fill" />
          <path d="m4.100 7.200 2.100 2.100 3.800-4.300" class="mark-cut" />
        </>
      );
    case "error":
      return (
        <>
          <path d="M7 .900 13.700 12.800H.300Z" class="mark-fill" />
          <path d="M7 5v3.600M7 10.700v.010" class="mark-cut" />
        </>
      );
    case "expired":
      return (
        <>
          <circle cx="7" cy="7" r="5.500" class="mark-line" />
          <path d="M7 3.900V7l2.100 1.400" class="mark-line" />
        </>
      );
    default:
      return <circle cx="7" cy="7" r="4.500" class="mark-line" />;
  }
}
