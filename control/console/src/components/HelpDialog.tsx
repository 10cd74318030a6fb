import { useEffect, useRef } from "preact/hooks";
import { helpOpen, SHORTCUTS } from "../keys";
import { StateMark } from "./StateMark";

const STATES = [
  ["pending", "waits until the file is loaded"],
  ["armed", "acts when its line is reached"],
  ["suspended", "over its cost budget; resumes by itself"],
  ["done", "has captured all it was asked for"],
  ["error", "could not be armed; it says why"],
  ["expired", "its time is over"],
] as const;

export function HelpDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = helpOpen.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} class="help" aria-label="Help" onClose={() => (helpOpen.value = false)}>
      <h2>Keyboard</h2>
      <dl>
        {SHORTCUTS.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <h2>Probes</h2>
      <dl>
        {STATES.map(([state, what]) => (
          <div key={state}>
            <dt>
              <StateMark state={state} /> {state}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <button onClick={() => (helpOpen.value = false)}>Close</button>
    </dialog>
  );
}
