/** The numbers of one probe, asked again each second while somebody sees them. */
import { signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { readMetrics } from "../api";
import type { MetricView } from "../wire";

const EVERY_MS = 1000;

const pageVisible = signal(document.visibilityState === "visible");
document.addEventListener("visibilitychange", () => {
  pageVisible.value = document.visibilityState === "visible";
});

/** `isSeen` tells whether the table is on the screen: on a phone only one pane is. */
export function useMetrics(id: string, isSeen: () => boolean): readonly MetricView[] {
  const views = useSignal<readonly MetricView[]>([]);
  const visible = pageVisible.value;
  useEffect(() => {
    if (!visible) return;
    const abort = new AbortController();
    const look = (): void => {
      if (!isSeen()) return;
      readMetrics(id, abort.signal).then(
        (answer) => (views.value = answer),
        () => undefined, // the probe is gone, or the hub is: the page says so elsewhere
      );
    };
    look();
    const timer = window.setInterval(look, EVERY_MS);
    return () => {
      window.clearInterval(timer);
      abort.abort();
    };
  }, [id, visible]);
  return views.value;
}
