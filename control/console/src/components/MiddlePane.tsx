import { middle } from "../state/view";
import { DiffPane } from "./DiffPane";
import { HitsPane } from "./HitsPane";
import { MemoryPane } from "./MemoryPane";
import { SourcePane } from "./SourcePane";
import { ThreadsPane } from "./ThreadsPane";

/** The source, or what was asked for in its place. */
export function MiddlePane() {
  const shown = middle.value;
  switch (shown.kind) {
    case "hits":
      return <HitsPane key={shown.probe} probe={shown.probe} columns={shown.columns} />;
    case "diff":
      return <DiffPane key={`${shown.left} ${shown.right}`} left={shown.left} right={shown.right} />;
    case "memory":
      return <MemoryPane instance={shown.instance} />;
    case "threads":
      return <ThreadsPane instance={shown.instance} />;
    case "source":
      return <SourcePane />;
  }
}
