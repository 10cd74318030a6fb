import { useComputed, useSignal } from "@preact/signals";
import { offers, type ValueAnswer } from "../reading";
import { useOffers } from "../state/offers";

interface PathNoteProps {
  snapshot: string;
  /** Of the frame, in the stack. */
  number: number;
  path: string;
  /** The part that leads nowhere. */
  rest: string;
  take: (path: string) => void;
}

/** How far a path came, in the hub's words, and what is there. */
export function PathNote({ snapshot, number, path, rest, take }: PathNoteProps) {
  const answer = useSignal<{ path: string; message: string }>({ path: "", message: "" });
  const choose = (found: ValueAnswer, step: string): string[] => {
    answer.value = { path, message: found.message ?? "" };
    return offers(found, step);
  };
  const offered = useOffers(snapshot, path, choose, number);
  const message = useComputed(() => answer.value.message);
  const typing = rest === "." || (rest.startsWith("[") && !rest.endsWith("]"));
  return (
    <div class="path-note" role="status">
      {!typing && <p class="reason">{message.value || `Nothing is at ${rest} there.`}</p>}
      {offered.length > 0 && (
        <div class="offers" role="group" aria-label="What is there">
          {offered.map((one) => (
            <button key={one} type="button" class="offer mono" onClick={() => take(one)}>
              {one}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
