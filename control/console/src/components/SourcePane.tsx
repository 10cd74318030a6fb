import { baseName, folderOf } from "../location";
import { instances, loaded, services } from "../state/hub";
import { type OpenSource, loadSource, openSource } from "../state/source";
import { path, service } from "../state/view";
import { EmptyState } from "./EmptyState";
import { Icon } from "./Icon";
import { Lazy } from "./Lazy";

export function SourcePane() {
  const open = openSource.value;
  if (!path.value || open.state === "none") return <NoFile />;
  return (
    <>
      <SourceHeader open={open} />
      {open.state === "failed" && (
        <EmptyState title="This file cannot be shown.">
          <p class="problem" role="alert">
            {open.problem}
          </p>
          <button onClick={() => void loadSource()}>Try again</button>
        </EmptyState>
      )}
      {open.source ? (
        <Lazy load={loadCode} props={{ source: open.source }} label="Loading the source" />
      ) : (
        open.state === "loading" && <CodeLoading />
      )}
    </>
  );
}

function NoFile() {
  if (!loaded.value) return null;
  if (services.value.length === 0) {
    return (
      <EmptyState title="Nothing runs here yet.">
        <p>
          Start a program with <code>strobe run</code>: its source shows here as it runs. Nothing in its code
          has to change.
        </p>
      </EmptyState>
    );
  }
  if (!service.value) return <EmptyState title="Choose a service to see its files." />;
  return (
    <EmptyState title="Choose a file.">
      <p>
        Press <kbd>/</kbd> to search, then click the number of the line you want to see into.
      </p>
    </EmptyState>
  );
}

function SourceHeader({ open }: { open: OpenSource }) {
  const { source } = open;
  const from = open.instance ? instances.value.get(open.instance) : undefined;
  return (
    <div class="source-head">
      <h2 class="source-path" title={path.value}>
        <span class="muted ellipsis">{folderOf(path.value)}</span>
        <span class="nowrap">{baseName(path.value)}</span>
      </h2>
      {source && (
        <span class="muted nowrap" title={`sha256 ${source.sha256}`}>
          {from ? `as pid ${from.pid} runs it` : "kept by the hub"}
        </span>
      )}
      <button
        class="quiet"
        title="Ask the process again"
        aria-label="Reload"
        onClick={() => void loadSource()}
      >
        <Icon name="refresh" />
      </button>
      {source?.stale && (
        <p class="source-stale" role="note">
          The file on disk has changed since the process loaded it. Line numbers are those of the text that
          runs.
        </p>
      )}
    </div>
  );
}

/** The code viewer is half of all the console's bytes: loaded when the first file is opened. */
const loadCode = async () => (await import("../code/CodeView")).CodeView;

function CodeLoading() {
  return <div class="code-loading" role="status" aria-label="Loading the source" />;
}
