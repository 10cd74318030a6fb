import { useSignal } from "@preact/signals";
import { Icon } from "./Icon";

/** A command line to copy. */
export function Command({ text }: { text: string }) {
  return (
    <div class="command">
      <code>{text}</code>
      <CopyButton text={() => text} label="Copy the command" />
    </div>
  );
}

interface CopyButtonProps {
  text: () => string;
  label: string;
  /** Beside the icon. */
  words?: string;
}

export function CopyButton({ text, label, words = "" }: CopyButtonProps) {
  const copied = useSignal(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text());
      copied.value = true;
      window.setTimeout(() => (copied.value = false), 1500);
    } catch {
      // No permission: what shows can still be selected.
    }
  };
  return (
    <button class="quiet" aria-label={words ? undefined : label} title={label} onClick={() => void copy()}>
      {copied.value ? "copied" : <Icon name="copy" />} {!copied.value && words}
    </button>
  );
}
