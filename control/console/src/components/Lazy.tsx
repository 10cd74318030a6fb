import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { EmptyState } from "./EmptyState";

interface LazyProps<P> {
  /** Brings the component; asked for once. */
  load: () => Promise<ComponentType<P>>;
  props: P;
  /** What is being loaded, for screen readers. */
  label: string;
}

/** A part of the page whose code is fetched when it is first shown. */
export function Lazy<P extends object>({ load, props, label }: LazyProps<P>) {
  const view = useSignal<{ component: ComponentType<P> } | null>(null);
  const failed = useSignal(false);
  useEffect(() => {
    load().then(
      (component) => (view.value = { component }),
      () => (failed.value = true),
    );
  }, [load, view, failed]);
  if (view.value) {
    const { component: Component } = view.value;
    return <Component {...props} />;
  }
  if (!failed.value) return <div class="code-loading" role="status" aria-label={label} />;
  return (
    <EmptyState title="This part of the page could not be loaded.">
      <p class="muted">The hub may have been updated: reload the page.</p>
    </EmptyState>
  );
}
