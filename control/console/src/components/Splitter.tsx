import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

const KEY = "strobe.right";
const NARROWEST = 320;
const STEP = 24;
/** Of the window. */
const WIDEST = 0.6;

/** Drag, or use the arrow keys, to give the probes pane more or less room. */
export function Splitter() {
  const dragging = useRef(false);
  /** Pixels; 0: as the style sheet says. */
  const width = useSignal(0);
  /** What the style sheet makes of it. */
  const shown = useSignal(0);

  useEffect(() => {
    const stored = storedWidth();
    shown.value = document.querySelector(".pane-right")?.clientWidth ?? 0;
    if (stored >= NARROWEST && stored <= window.innerWidth * WIDEST) width.value = stored;
  }, [width, shown]);
  useEffect(() => {
    if (width.value > 0) document.documentElement.style.setProperty("--right", `${width.value}px`);
  }, [width.value]);

  const resize = (wanted: number): void => {
    const widest = window.innerWidth * WIDEST;
    width.value = Math.round(Math.min(Math.max(wanted, NARROWEST), widest));
    storeWidth(width.value);
  };
  const key = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: STEP, ArrowRight: -STEP }[event.key];
    const pane = document.querySelector(".pane-right");
    if (by && pane) resize(pane.clientWidth + by);
  };
  const now = Math.max(width.value || shown.value, NARROWEST);
  return (
    <div
      class="splitter"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the probes pane"
      aria-valuenow={now}
      aria-valuemin={NARROWEST}
      aria-valuemax={Math.max(now, Math.round(window.innerWidth * WIDEST))}
      tabIndex={0}
      onKeyDown={key}
      onPointerDown={(event) => {
        dragging.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
        event.preventDefault();
      }}
      onPointerMove={(event) => dragging.current && resize(window.innerWidth - event.clientX)}
      onPointerUp={() => (dragging.current = false)}
    />
  );
}

function storeWidth(width: number): void {
  try {
    localStorage.setItem(KEY, String(width));
  } catch {
    // No storage: the width lasts until the page is closed.
  }
}

function storedWidth(): number {
  try {
    return Number(localStorage.getItem(KEY));
  } catch {
    return 0;
  }
}
