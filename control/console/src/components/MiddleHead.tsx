import type { ComponentChildren } from "preact";
import { closeMiddle } from "../state/view";
import { Icon } from "./Icon";

interface MiddleHeadProps {
  title: string;
  /** What stands beside the title. */
  about?: ComponentChildren;
  children?: ComponentChildren;
}

/** The head of what stands in the place of the source: the way back, the title, what can be done. */
export function MiddleHead({ title, about, children }: MiddleHeadProps) {
  return (
    <div class="middle-head">
      <button
        class="quiet"
        title="Back to the source (Esc)"
        aria-label="Back to the source"
        onClick={closeMiddle}
      >
        <Icon name="back" />
      </button>
      <h2 class="middle-title">{title}</h2>
      <span class="middle-about muted">{about}</span>
      {children}
    </div>
  );
}
