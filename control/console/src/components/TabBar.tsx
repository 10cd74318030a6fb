import { shownHits } from "../state/snapshots";
import { middle, MIDDLE_WORDS, tab, type Tab } from "../state/view";

const TABS: [Tab, string][] = [
  ["services", "Services"],
  ["source", "Source"],
  ["probes", "Probes"],
];

/** On a narrow screen one pane shows at a time. */
export function TabBar() {
  const hits = shownHits.value.length;
  return (
    <nav class="tabs" aria-label="Panes">
      {TABS.map(([name, words]) => (
        <button key={name} aria-current={tab.value === name} onClick={() => (tab.value = name)}>
          {name === "source" ? MIDDLE_WORDS[middle.value.kind] : words}
          {name === "probes" && hits > 0 && (
            <span class="badge" aria-label={`${hits} snapshots`}>
              {hits}
            </span>
          )}
        </button>
      ))}
    </nav>
  );
}
