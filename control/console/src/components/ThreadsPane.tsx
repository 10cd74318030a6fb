import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { dumpSummary, dumpText, dumpWarnings, groupMatches, groupThreads, type ThreadDump } from "../threads";
import { upInstances } from "../state/memory";
import { takeDump, threadsOf } from "../state/threads";
import { service } from "../state/view";
import { clockTime, isoTime } from "../time";
import { CopyButton } from "./Command";
import { EmptyState } from "./EmptyState";
import { MiddleHead } from "./MiddleHead";
import { NoProcess } from "./MemoryPane";
import { ProcessChoice } from "./ProcessChoice";
import { ThreadGroupRow } from "./ThreadGroupRow";

/** More than these start folded. */
const OPEN_AT_MOST = 16;

/** Where all threads of one process stand; also of one that is stuck. */
export function ThreadsPane({ instance }: { instance: string }) {
  const up = upInstances.value;
  const process = instance ? up.find(({ id }) => id === instance) : up[0];
  const id = process?.id ?? "";
  const { dump, before, busy, problem } = threadsOf(id);
  useEffect(() => {
    if (id && !threadsOf(id).dump) void takeDump(id, {});
  }, [id]);

  return (
    <div class="middle">
      <MiddleHead title={`Threads of ${service.value}`}>
        <ProcessChoice kind="threads" chosen={id} gone={instance && !process ? instance : ""} />
      </MiddleHead>
      {!process && <NoProcess />}
      {process && (
        <div class="middle-body">
          <DumpControls instance={id} busy={busy === true} />
          {problem && (
            <p class="problem" role="alert">
              {problem}
            </p>
          )}
          {!dump && !problem && <p class="note">Asking the process; one that is stuck takes two seconds…</p>}
          {dump && <Dump key={id} dump={dump} before={before} />}
        </div>
      )}
    </div>
  );
}

function DumpControls({ instance, busy }: { instance: string; busy: boolean }) {
  const locals = useSignal(false);
  const greenlets = useSignal(false);
  const noGil = useSignal(false);
  const request = { locals: locals.value, greenlets: greenlets.value, no_gil: noGil.value };
  const checks = [
    [locals, "with variables", "Those of the innermost frames, redacted as in snapshots", noGil.value],
    [greenlets, "with greenlets", "Those that are suspended, too", noGil.value],
    [noGil, "without the GIL", "At once, and without asking: of a process that seems stuck", false],
  ] as const;
  return (
    <div class="memory-controls">
      <button class="primary" disabled={busy} onClick={() => void takeDump(instance, request)}>
        {busy ? "Asking…" : "Dump again"}
      </button>
      {checks.map(([chosen, words, title, disabled]) => (
        <label key={words} class="check" title={title}>
          <input
            type="checkbox"
            disabled={disabled}
            checked={chosen.value && !disabled}
            onChange={(event) => (chosen.value = event.currentTarget.checked)}
          />
          {words}
        </label>
      ))}
    </div>
  );
}

function Dump({ dump, before }: { dump: ThreadDump; before: ThreadDump | undefined }) {
  const filter = useSignal("");
  const all = groupThreads(dump, before);
  const groups = all.filter((group) => groupMatches(group, filter.value));
  const ms = dump.at_us / 1000;
  return (
    <>
      <p class="memory-summary" role="status">
        <time class="mono" dateTime={isoTime(ms)}>
          {clockTime(ms)}
        </time>{" "}
        · {dumpSummary(dump)}
      </p>
      {dumpWarnings(dump).map((words) => (
        <p key={words} class="note warn">
          {words}
        </p>
      ))}
      <div class="memory-controls">
        <input
          type="search"
          placeholder="Filter: a thread, a function, a file"
          aria-label="Filter the threads"
          spellcheck={false}
          value={filter.value}
          onInput={(event) => (filter.value = event.currentTarget.value)}
        />
        <CopyButton text={() => dumpText(dump)} label="Copy the dump as text" words="Copy as text" />
      </div>
      {groups.length === 0 && (
        <EmptyState title="No thread matches.">
          <p>{all.length === 0 ? "The process told of none." : "Clear the filter to see all of them."}</p>
        </EmptyState>
      )}
      <ul class="threads">
        {groups.map((group) => (
          <ThreadGroupRow
            key={group.key}
            group={group}
            holder={dump.holder ?? 0}
            open={groups.length <= OPEN_AT_MOST || group.threads.some(({ kind }) => kind === "main")}
          />
        ))}
      </ul>
    </>
  );
}
