import { useComputed } from "@preact/signals";
import { useRef } from "preact/hooks";
import { count } from "../count";
import { baseName, folderOf, matchesPath, parsePlace } from "../location";
import { askedInstances, fileList, fileSearch, loadFiles, searchFiles, showLibrary } from "../state/files";
import { openFile, path, service } from "../state/view";
import type { File } from "../wire";
import { EmptyState } from "./EmptyState";
import { Icon } from "./Icon";

/** A longer list is not read but searched. */
const ROWS_SHOWN = 200;

export function FilePane() {
  const list = useRef<HTMLUListElement>(null);
  const found = useComputed(() => searchFiles(fileList.value.files, fileSearch.value, showLibrary.value));
  if (!service.value) return null;

  const open = (file: File): void => {
    openFile(file.path, parsePlace(fileSearch.value).line);
  };
  const searchKey = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown") list.current?.querySelector("button")?.focus();
    else if (event.key === "Enter" && found.value[0]) open(found.value[0]);
    else if (event.key === "Escape") leaveSearch(event);
    else return;
    event.preventDefault();
  };

  return (
    <section class="files" aria-labelledby="files-title">
      <div class="section-head">
        <h2 id="files-title">Loaded files</h2>
        <button
          class="quiet"
          title="Ask the process again"
          aria-label="Reload the list of files"
          onClick={() => void loadFiles()}
        >
          <Icon name="refresh" />
        </button>
      </div>
      <div class="search">
        <Icon name="search" />
        <input
          id="file-search"
          type="search"
          placeholder="pricing.py:42"
          aria-label="Search the loaded files"
          spellcheck={false}
          autocomplete="off"
          value={fileSearch.value}
          onInput={(event) => (fileSearch.value = event.currentTarget.value)}
          onKeyDown={searchKey}
        />
        <kbd>/</kbd>
      </div>
      <LibraryToggle />
      <ul class="file-list" ref={list} onKeyDown={moveFocus}>
        {found.value.slice(0, ROWS_SHOWN).map((file) => (
          <FileRow key={file.path} file={file} open={open} />
        ))}
      </ul>
      <ListNotes found={found.value.length} />
    </section>
  );
}

function FileRow({ file, open }: { file: File; open: (file: File) => void }) {
  return (
    <li>
      <button
        class={file.library ? "row file-row is-library" : "row file-row"}
        aria-current={path.value === file.path}
        title={file.module ? `${file.path}\nmodule ${file.module}` : file.path}
        onClick={() => open(file)}
      >
        <span class="file-name">{baseName(file.path)}</span>
        <span class="file-folder muted">
          <bdi>{folderOf(file.path)}</bdi>
        </span>
      </button>
    </li>
  );
}

function LibraryToggle() {
  const library = useComputed(() => fileList.value.files.filter((file) => file.library).length);
  if (library.value === 0) return null;
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={showLibrary.value}
        onChange={(event) => (showLibrary.value = event.currentTarget.checked)}
      />
      Library files <span class="muted">{count(library.value)}</span>
    </label>
  );
}

function ListNotes({ found }: { found: number }) {
  const { state, cut, problem } = fileList.value;
  if (askedInstances.value.length === 0 && state !== "ready") {
    return (
      <EmptyState title="No process of this service is connected.">
        <p>Its files show as soon as one is. Probes can be set before.</p>
      </EmptyState>
    );
  }
  if (state === "loading") return <p class="note">Asking the process…</p>;
  if (state === "failed") {
    return (
      <p class="note problem" role="alert">
        {problem}
      </p>
    );
  }
  if (state === "ready" && found === 0) return <NothingFound />;
  if (found > ROWS_SHOWN) {
    return <p class="note">{count(found - ROWS_SHOWN)} more: type to find the one you want.</p>;
  }
  return cut ? <p class="note">The process has more files than it lists.</p> : null;
}

function NothingFound() {
  const wanted = parsePlace(fileSearch.value).path;
  const hidden =
    !showLibrary.value && fileList.value.files.some((file) => file.library && matchesPath(file.path, wanted));
  if (!fileSearch.value) return <p class="note">No program file is loaded; see the library files.</p>;
  return (
    <p class="note">
      No loaded file matches.{" "}
      {hidden
        ? "A library file does: switch them on above."
        : "For a file that is not loaded yet, set a probe by typing its location."}
    </p>
  );
}

function leaveSearch(event: KeyboardEvent): void {
  if (fileSearch.value) fileSearch.value = "";
  else (event.currentTarget as HTMLElement).blur();
}

/** Arrow keys walk the list; above its first row is the search. */
function moveFocus(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const rows = [...(event.currentTarget as HTMLElement).querySelectorAll("button")];
  const at = rows.indexOf(document.activeElement as HTMLButtonElement);
  event.preventDefault();
  if (at === 0 && step < 0) document.getElementById("file-search")?.focus();
  else rows[at + step]?.focus();
}
