import { isSnapshot } from "../state/fleet";
import { shownHits } from "../state/snapshots";
import { draft, shownProbes, startDraft } from "../state/probes";
import { probeFilter, service, snapshot } from "../state/view";
import { EmptyState } from "./EmptyState";
import { HitRow } from "./HitRow";
import { Icon } from "./Icon";
import { LogRow } from "./LogRow";
import { ProbeCard } from "./ProbeCard";
import { ProbeForm } from "./ProbeForm";
import { SnapshotPane } from "./SnapshotPane";

export function RightPane() {
  if (snapshot.value) return <SnapshotPane />;
  if (!service.value) {
    return (
      <EmptyState title="Probes and snapshots">
        <p>Choose a service: its probes and what they captured show here.</p>
      </EmptyState>
    );
  }
  return (
    <>
      <ProbeSection />
      <HitSection />
    </>
  );
}

function ProbeSection() {
  const wanted = draft.value;
  const probes = shownProbes.value;
  return (
    <section class="probes" aria-labelledby="probes-title">
      <div class="section-head">
        <h2 id="probes-title">Probes</h2>
        <button
          class="quiet"
          title="Probe a location by typing it (n)"
          aria-label="Probe a location by typing it"
          onClick={() => startDraft("", 0)}
        >
          <Icon name="plus" />
        </button>
      </div>
      {wanted?.line === 0 && <ProbeForm wanted={wanted} />}
      {probes.length === 0 && wanted?.line !== 0 && (
        <EmptyState title="No probe is set.">
          <p>
            Open a file and click a line number, or{" "}
            <button class="link" onClick={() => startDraft("", 0)}>
              type a location
            </button>
            . The program runs on; you get its variables as they were.
          </p>
        </EmptyState>
      )}
      <ul>
        {probes.map((shown) => (
          <ProbeCard key={shown.view.probe.id} shown={shown} />
        ))}
      </ul>
    </section>
  );
}

function HitSection() {
  const hits = shownHits.value;
  return (
    <section class="hits-section" aria-labelledby="hits-title">
      <div class="section-head">
        <h2 id="hits-title">{hits.every(isSnapshot) ? "Snapshots" : "Captured"}</h2>
        {probeFilter.value && (
          <button class="link" onClick={() => (probeFilter.value = "")}>
            of one probe: show all
          </button>
        )}
      </div>
      {hits.length === 0 ? (
        <EmptyState title="Nothing captured yet.">
          <p>A snapshot shows here the moment a probe's line is reached and its condition is true.</p>
        </EmptyState>
      ) : (
        <ul class="hit-list">
          {hits.map((hit) =>
            isSnapshot(hit) ? <HitRow key={hit.id} hit={hit} /> : <LogRow key={hit.id} hit={hit} />,
          )}
        </ul>
      )}
    </section>
  );
}
