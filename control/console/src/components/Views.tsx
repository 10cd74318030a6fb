import type { Middle } from "../state/view";
import { DiffPane } from "./DiffPane";
import { HitsPane } from "./HitsPane";
import { MemoryPane } from "./MemoryPane";
import { ThreadsPane } from "./ThreadsPane";

/** What may stand in the place of the source. */
export function Views({ shown }: { shown: Exclude<Middle, { kind: "source" }> }) {
  switch (shown.kind) {
    case "hits":
      return <HitsPane key={shown.probe} probe={shown.probe} columns={shown.columns} />;
    case "diff":
      return <DiffPane key={`${shown.left} ${shown.right}`} left={shown.left} right={shown.right} />;
    case "memory":
      return <MemoryPane instance={shown.instance} />;
    case "threads":
      return <ThreadsPane instance={shown.instance} />;
  }
}
