import { useSignal } from "@preact/signals";
import { Icon } from "./Icon";

/** A command line to copy. */
export function Command({ text }: { text: string }) {
  const copied = useSignal(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      copied.value = true;
      window.setTimeout(() => (copied.value = false), 1500);
    } catch {
      // No permission: the text can still be selected.
    }
  };
  return (
    <div class="command">
      <code>{text}</code>
      <button class="quiet" aria-label="Copy the command" title="Copy" onClick={() => void copy()}>
        {copied.value ? "copied" : <Icon name="copy" />}
      </button>
    </div>
  );
}
