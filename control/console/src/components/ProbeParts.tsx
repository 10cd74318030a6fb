/** The pieces that a probe's card and its strip under the line have in common. */
import { useSignal } from "@preact/signals";
import { count, plural } from "../count";
import { gateCounts, type ProbeMessage, type ProbeSummary, type StateName } from "../probe_summary";
import { actionWords } from "../probe_words";
import { dropProbe, editProbe, setAgain, type ShownProbe } from "../state/probes";
import { messageOf } from "../state/session";
import type { Gates, Probe } from "../wire";
import { Icon } from "./Icon";
import { StateMark } from "./StateMark";

export function StateBadge({ state }: { state: StateName }) {
  return (
    <span class={`state state-${state}`}>
      <StateMark state={state} />
      {state}
    </span>
  );
}

/** Of a plain snapshot nothing else is said, so that it has none is. */
export function Condition({ probe }: { probe: Probe }) {
  const text = probe.condition;
  if (!text) return actionWords(probe) ? null : <span class="muted">always</span>;
  return (
    <code class="condition" title={text}>
      <span class="muted">if</span> {text}
    </code>
  );
}

/** What it does, when that is more than a snapshot. */
export function ActionLine({ probe }: { probe: Probe }) {
  const line = actionWords(probe);
  if (!line) return null;
  return (
    <span class="action-line ellipsis" title={[line.words, line.code, line.more].join(" ")}>
      <span class="muted">{line.words}</span> {line.code && <code>{line.code}</code>}{" "}
      <span class="muted">{line.more}</span>
    </span>
  );
}

export function GateCounts({ gates, probe }: { gates: Gates; probe: Probe }) {
  return (
    <ul class="gates" aria-label="Counters">
      {gateCounts(gates, probe.limits.when).map(({ gate, words, count: n }) => (
        <li key={gate} data-gate={gate}>
          {words} <b>{count(n)}</b>
        </li>
      ))}
    </ul>
  );
}

/** What instances say: why they did not arm it, where they moved it, why the condition fails. */
export function Messages({ summary }: { summary: ProbeSummary }) {
  const speaking = summary.counts.reduce((n, [, instances]) => n + instances, 0);
  return (
    <>
      {summary.messages.map((message) => (
        <Message
          key={message.text}
          message={message}
          some={message.instances < speaking}
          failing={isFailing(summary, message)}
        />
      ))}
    </>
  );
}

function Message(props: { message: ProbeMessage; some: boolean; failing: boolean }) {
  const { message, some, failing } = props;
  return (
    <p class={failing ? "problem" : "note"} role={failing ? "alert" : "note"}>
      {some && <span class="muted">{plural(message.instances, "instance")}: </span>}
      {message.text}
    </p>
  );
}

function isFailing(summary: ProbeSummary, message: ProbeMessage): boolean {
  return message.state === "error" || (message.state === "armed" && summary.gates.condition_error > 0);
}

export function ProbeActions({ shown }: { shown: ShownProbe }) {
  const problem = useSignal("");
  const attempt = (action: Promise<void>): void => {
    problem.value = "";
    action.catch((error: unknown) => (problem.value = messageOf(error)));
  };
  const { view, summary } = shown;
  const over = summary.state === "done" || summary.state === "expired";
  return (
    <span class="probe-actions">
      {problem.value && (
        <span class="problem" role="alert">
          {problem.value}
        </span>
      )}
      {over && (
        <button
          class="quiet"
          title="Set it again"
          aria-label="Set again"
          onClick={() => attempt(setAgain(view))}
        >
          <Icon name="again" />
        </button>
      )}
      <button class="quiet" title="Edit" aria-label="Edit probe" onClick={() => editProbe(view)}>
        <Icon name="edit" />
      </button>
      <button
        class="quiet"
        title="Remove"
        aria-label="Remove probe"
        onClick={() => attempt(dropProbe(view.probe.id))}
      >
        <Icon name="close" />
      </button>
    </span>
  );
}
