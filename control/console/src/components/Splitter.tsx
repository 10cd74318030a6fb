import { useRef } from "preact/hooks";

const KEY = "strobe.right";
const NARROWEST = 320;
const STEP = 24;

/** Drag, or use the arrow keys, to give the probes pane more or less room. */
export function Splitter() {
  const dragging = useRef(false);

  const resize = (width: number): void => {
    const widest = window.innerWidth * 0.6;
    const chosen = Math.round(Math.min(Math.max(width, NARROWEST), widest));
    setRightWidth(chosen);
  };
  const key = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: STEP, ArrowRight: -STEP }[event.key];
    const pane = document.querySelector(".pane-right");
    if (by && pane) resize(pane.clientWidth + by);
  };
  return (
    <div
      class="splitter"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the probes pane"
      tabIndex={0}
      onKeyDown={key}
      onPointerDown={(event) => {
        dragging.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
        event.preventDefault();
      }}
      onPointerMove={(event) => dragging.current && resize(window.innerWidth - event.clientX)}
      onPointerUp={() => (dragging.current = false)}
      ref={restoreRightWidth}
    />
  );
}

function setRightWidth(width: number): void {
  document.documentElement.style.setProperty("--right", `${width}px`);
  try {
    localStorage.setItem(KEY, String(width));
  } catch {
    // No storage: the width lasts until the page is closed.
  }
}

function restoreRightWidth(): void {
  try {
    const width = Number(localStorage.getItem(KEY));
    if (width >= NARROWEST && width <= window.innerWidth * 0.6) {
      document.documentElement.style.setProperty("--right", `${width}px`);
    }
  } catch {
    // No storage: the default stands.
  }
}
