import { loaded } from "../state/hub";
import { middle, MIDDLE_WORDS, tab } from "../state/view";
import { Announcer } from "./Announcer";
import { ConnectionBanner } from "./ConnectionBanner";
import { FilePane } from "./FilePane";
import { Header } from "./Header";
import { HelpDialog } from "./HelpDialog";
import { MiddlePane } from "./MiddlePane";
import { RightPane } from "./RightPane";
import { ServicePane } from "./ServicePane";
import { Splitter } from "./Splitter";
import { TabBar } from "./TabBar";

export function Console() {
  return (
    <div class="console" data-tab={tab.value}>
      <Header />
      <ConnectionBanner />
      <main class="panes" aria-busy={!loaded.value}>
        <nav class="pane pane-left" aria-label="Services and files">
          <ServicePane />
          <FilePane />
        </nav>
        <section class="pane pane-source" aria-label={MIDDLE_WORDS[middle.value.kind]}>
          <MiddlePane />
        </section>
        <Splitter />
        <section class="pane pane-right" aria-label="Probes and snapshots">
          <RightPane />
        </section>
      </main>
      <TabBar />
      <Announcer />
      <HelpDialog />
    </div>
  );
}
