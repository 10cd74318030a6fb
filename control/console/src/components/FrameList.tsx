import { useSignal } from "@preact/signals";
import { plural } from "../count";
import { baseName } from "../location";
import type { Awaiter, Body, Frame, NativeFrame } from "../snapshot/body";
import { frameIndex } from "../state/snapshots";

/** Deep stacks start folded: the first frames tell most. */
const FRAMES_SHOWN = 6;

export function FrameList({ body }: { body: Body }) {
  const all = useSignal(false);
  const shown = all.value ? body.frames.length : Math.max(FRAMES_SHOWN, frameIndex.value + 1);
  const hidden = body.frames.length - shown;
  const missing = body.framesTotal - body.frames.length;
  return (
    <section class="frames" aria-labelledby="frames-title">
      <h3 id="frames-title">Stack</h3>
      <ol>
        {body.frames.slice(0, shown).map((frame, position) => (
          <FrameRow key={position} frame={frame} position={position} />
        ))}
      </ol>
      {hidden > 0 && (
        <button class="link" onClick={() => (all.value = true)}>
          {plural(hidden, "more frame")}
        </button>
      )}
      {missing > 0 && <p class="note">{plural(missing, "outer frame")} not captured.</p>}
      {body.awaiters.map((awaiter, position) => (
        <AwaiterRow key={position} awaiter={awaiter} />
      ))}
    </section>
  );
}

/** A task that waits for the one above it: where it stands. */
export function AwaiterRow({ awaiter }: { awaiter: Awaiter }) {
  return (
    <>
      <p class="note">
        awaited by task {awaiter.task}
        {awaiter.others > 0 && ` and ${plural(awaiter.others, "other")}`}
      </p>
      <ol>
        {awaiter.frames.map((frame, position) => (
          <li key={position} class="row frame-row" title={`${frame.file}:${frame.line}`}>
            <span class="grow ellipsis">{frame.function}</span>
            <span class="mono muted nowrap">
              {baseName(frame.file)}:{frame.line}
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}

function NativeRow({ frame }: { frame: NativeFrame }) {
  const module = baseName(frame.module ?? "?");
  return (
    <p class="frame-row native-row" title={`${frame.module ?? "?"} +${frame.offset}`}>
      <span class="grow ellipsis">{frame.symbol ?? frame.offset}</span>
      <span class="mono nowrap">{module}</span>
    </p>
  );
}

/** A frame, and the C code between it and its caller where that was asked for. */
function FrameRow({ frame, position }: { frame: Frame; position: number }) {
  return (
    <li>
      <button
        class={frame.library ? "row frame-row is-library" : "row frame-row"}
        aria-current={frameIndex.value === position}
        title={`${frame.file}:${frame.line}`}
        onClick={() => (frameIndex.value = position)}
      >
        <span class="grow ellipsis">{frame.function}</span>
        <span class="mono muted nowrap">
          {baseName(frame.file)}:{frame.line}
        </span>
      </button>
      {frame.native.map((native, index) => (
        <NativeRow key={index} frame={native} />
      ))}
    </li>
  );
}
