import { middle } from "../state/view";
import { Lazy } from "./Lazy";
import { SourcePane } from "./SourcePane";

const loadViews = async () => (await import("./Views")).Views;

/** The source, or what was asked for in its place. */
export function MiddlePane() {
  const shown = middle.value;
  if (shown.kind === "source") return <SourcePane />;
  return <Lazy load={loadViews} props={{ shown }} label="Loading" />;
}
