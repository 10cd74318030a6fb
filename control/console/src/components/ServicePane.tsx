import { plural } from "../count";
import type { Service } from "../state/fleet";
import { loaded, now, services } from "../state/hub";
import { chooseService, instance, middle, service, showMiddle } from "../state/view";
import { ago } from "../time";
import type { Instance } from "../wire";
import { Command } from "./Command";
import { EmptyState } from "./EmptyState";
import { Icon } from "./Icon";

/** Of the processes that are gone, the latest are worth a row. */
const GONE_SHOWN = 20;

export function ServicePane() {
  const list = services.value;
  return (
    <section class="services" aria-labelledby="services-title">
      <h2 id="services-title">Services</h2>
      {list.length === 0 && loaded.value && <NoServices />}
      <ul>
        {list.map((one) => (
          <ServiceRow key={one.name} one={one} />
        ))}
      </ul>
    </section>
  );
}

function NoServices() {
  return (
    <EmptyState title="No program is connected yet.">
      <p>It appears here the moment it runs under the agent:</p>
      <Command text="strobe run --service NAME -- CMD" />
    </EmptyState>
  );
}

function ServiceRow({ one }: { one: Service }) {
  const chosen = service.value === one.name;
  const up = one.up.length;
  return (
    <li>
      <button class="row service-row" aria-current={chosen} onClick={() => chooseService(one.name)}>
        <UpMark up={up > 0} />
        <span class="grow ellipsis">{one.name}</span>
        <span class="muted">{up > 0 ? `${up} up` : "down"}</span>
      </button>
      {chosen && <InstanceList one={one} />}
    </li>
  );
}

function InstanceList({ one }: { one: Service }) {
  return (
    <div class="instances">
      <ul>
        {one.up.map((process) => (
          <InstanceRow key={process.id} process={process} />
        ))}
      </ul>
      {one.up.length > 0 && <ServiceViews />}
      {one.down.length > 0 && (
        <details>
          <summary>{plural(one.down.length, "process", "processes")} gone</summary>
          <ul>
            {one.down.slice(0, GONE_SHOWN).map((process) => (
              <InstanceRow key={process.id} process={process} />
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

const VIEWS = [
  ["memory", "Memory", "Where the memory of a process went (m)"],
  ["threads", "Threads", "Where all threads of a process stand (s)"],
] as const;

/** What a running process can be asked besides its source. */
function ServiceViews() {
  return (
    <div class="service-views">
      {VIEWS.map(([kind, words, title]) => (
        <button
          key={kind}
          title={title}
          aria-pressed={middle.value.kind === kind}
          onClick={() => showMiddle({ kind, instance: instance.value })}
        >
          <Icon name={kind} size={14} /> {words}
        </button>
      ))}
    </div>
  );
}

function InstanceRow({ process }: { process: Instance }) {
  const up = process.state === "up";
  const chosen = instance.value === process.id;
  const lost = (process.dropped ?? 0) + (process.missing ?? 0);
  return (
    <li>
      <button
        class="row instance-row"
        aria-pressed={chosen}
        disabled={!up}
        title={describe(process)}
        onClick={() => chooseService(process.service, chosen ? "" : process.id)}
      >
        <UpMark up={up} />
        <span class="mono">{process.pid}</span>
        <span class="grow ellipsis muted">
          {process.host} · {process.python}
        </span>
        {!up && <span class="muted nowrap">{ago(process.last_seen_ms, now.value)}</span>}
      </button>
      {lost > 0 && <p class="note warn">{plural(lost, "snapshot")} lost: buffer full</p>}
    </li>
  );
}

function describe(process: Instance): string {
  const seen = ago(process.last_seen_ms, now.value);
  return [
    process.command ?? "command unknown",
    `${process.engine} engine, agent ${process.agent_version}`,
    `last seen ${seen}; show only this process's files`,
  ].join("\n");
}

/** Filled: connected; hollow: gone. */
function UpMark({ up }: { up: boolean }) {
  return (
    <svg class={up ? "up-mark is-up" : "up-mark"} width="9" height="9" viewBox="0 0 10 10" role="img">
      <title>{up ? "up" : "down"}</title>
      <circle cx="5" cy="5" r="3.800" />
    </svg>
  );
}
