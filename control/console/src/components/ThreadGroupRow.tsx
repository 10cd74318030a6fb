import { useSignal } from "@preact/signals";
import { Fragment } from "preact";
import { useMemo } from "preact/hooks";
import { plural } from "../count";
import { baseName } from "../location";
import type { Body } from "../snapshot/body";
import { makeTree } from "../snapshot/tree";
import { openFile } from "../state/view";
import {
  awaitersOf,
  frameGap,
  groupFacts,
  groupName,
  threadBody,
  type ThreadGroup,
  threadName,
} from "../threads";
import type { ThreadFrame, ThreadStack } from "../wire";
import { AwaiterRow } from "./FrameList";
import { TreeOf } from "./Variables";

/** Deep stacks start folded: the first frames tell most. */
const FRAMES_SHOWN = 8;

interface ThreadGroupRowProps {
  group: ThreadGroup;
  /** native_id of the thread that seems to hold the GIL; 0: none */
  holder: number;
  open: boolean;
}

/** Threads that stand at the same lines, and these lines. */
export function ThreadGroupRow({ group, holder, open }: ThreadGroupRowProps) {
  const body = useMemo(() => threadBody(group), [group]);
  const facts = groupFacts(group, holder);
  const { stack } = group;
  return (
    <li>
      <details class="thread" open={open}>
        <summary title={group.threads.map(threadName).join("\n")}>
          <span class="thread-name">{groupName(group)}</span> <span class="muted">{facts.join(" · ")}</span>
        </summary>
        {stack ? (
          <StackOf stack={stack} body={body} id={group.key} />
        ) : (
          <p class="note">No Python code runs in it, or it could not be read.</p>
        )}
        {stack?.torn && (
          <p class="note warn">It changed while it was read: what is below could not be found.</p>
        )}
        {awaitersOf(group).map((awaiter, position) => (
          <AwaiterRow key={position} awaiter={awaiter} />
        ))}
      </details>
    </li>
  );
}

function StackOf({ stack, body, id }: { stack: ThreadStack; body: Body | undefined; id: string }) {
  const all = useSignal(false);
  const { frames } = stack;
  const shown = all.value ? frames : frames.slice(0, FRAMES_SHOWN);
  const hidden = frames.length - shown.length;
  const gap = frameGap(stack);
  return (
    <>
      <ol>
        {shown.map((frame, position) => (
          <Fragment key={position}>
            <FrameLine frame={frame} />
            <FrameVariables body={body} position={position} id={`${id}-${position}`} />
            {gap?.after === position + 1 && <li class="note">{plural(gap.frames, "frame")} left out.</li>}
          </Fragment>
        ))}
      </ol>
      {hidden > 0 && (
        <button class="link" onClick={() => (all.value = true)}>
          {plural(hidden, "more frame")}
        </button>
      )}
    </>
  );
}

function FrameLine({ frame }: { frame: ThreadFrame }) {
  const { file = "", line = 0 } = frame;
  return (
    <li>
      <button
        class={frame.library ? "row frame-row is-library" : "row frame-row"}
        title={file ? `${file}:${line}: show in the source` : "not known"}
        disabled={!file}
        onClick={() => openFile(file, line)}
      >
        <span class="grow ellipsis">{frame.function}</span>
        <span class="mono muted nowrap">
          {baseName(file || "?")}:{line}
        </span>
      </button>
    </li>
  );
}

function FrameVariables(props: { body: Body | undefined; position: number; id: string }) {
  const { body, position, id } = props;
  const frame = body?.frames[position];
  const tree = useMemo(() => body && frame?.locals && makeTree(body.values, frame), [body, frame]);
  if (!tree || tree.roots.length === 0) return null;
  return (
    <li>
      <details class="thread-variables">
        <summary class="muted">{plural(tree.roots.length, "variable")}</summary>
        <TreeOf title="Variables" id={`variables-${id}`} tree={tree} />
      </details>
    </li>
  );
}
