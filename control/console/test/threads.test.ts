import { describe, expect, it } from "vitest";
import {
  awaitersOf,
  dumpSummary,
  dumpText,
  dumpWarnings,
  frameGap,
  groupFacts,
  groupMatches,
  groupName,
  groupThreads,
  type ThreadDump,
} from "../src/threads";
import type { ThreadView } from "../src/wire";

const frame = (name: string, line: number) => ({ function: name, file: "/srv/shop/pool.py", line });
const idle = { depth: 1, frames: [frame("wait", 7)] };
const serving = { depth: 3, frames: [frame("serve", 12), frame("main", 3)] };

function dump(threads: ThreadView[], more: Partial<ThreadDump> = {}): ThreadDump {
  return { at_us: 1e15, with_gil: true, total: threads.length, threads, stacks: [serving, idle], ...more };
}

const main: ThreadView = {
  native_id: 10,
  name: "MainThread",
  kind: "main",
  state: "running",
  stack: 0,
  cpu_ms: 312,
};
const pool = (n: number, stack = 1): ThreadView => ({
  native_id: 20 + n,
  name: `pool_${n}`,
  kind: "thread",
  stack,
});

const groups = (of: ThreadDump, before?: ThreadDump) => groupThreads(of, before);

describe("threads of a dump", () => {
  it("that stand at the same lines are together, the main thread by itself", () => {
    const all = groups(dump([main, ...[0, 1, 2, 3, 4].map((n) => pool(n)), pool(9, 0)]));
    expect(all.map(groupName)).toEqual(["MainThread", "pool_0, pool_1, pool_2 and 2 more", "pool_9"]);
    expect(all[1]?.stack).toEqual(idle);
  });

  it("that have variables of their own, or the GIL, stand alone", () => {
    const own: ThreadView = { ...pool(1), body: { format: 1 } };
    expect(groups(dump([pool(0), own, { ...pool(2), gil: "holds" }])).map(groupName)).toEqual([
      "pool_0",
      "pool_1",
      "pool_2",
    ]);
  });

  it("that run no Python code are there, too", () => {
    const [group] = groups(dump([{ native_id: 5, system_name: "grpc" }]));
    expect(group && groupName(group)).toBe("grpc");
    expect(group?.stack).toBeUndefined();
  });

  it("have moved, or not, since the dump before", () => {
    const before = dump([main, pool(0), pool(1)]);
    const [first, second] = groups(dump([{ ...main, stack: 1 }, pool(0), pool(1)]), before);
    expect([first?.still, second?.still]).toEqual([false, true]);
    expect(groups(dump([pool(0), pool(5)]), before)[0]?.still).toBe(false);
    expect(groups(dump([main]))[0]?.still).toBe(false);
  });

  it("are told apart from greenlets of the same thread", () => {
    const greenlet: ThreadView = { native_id: 10, kind: "greenlet", greenlet: "0x7f", stack: 1 };
    const all = groups(dump([main, greenlet]));
    expect(all.map(groupName)).toEqual(["MainThread", "greenlet 0x7f"]);
    expect(new Set(all.map(({ key }) => key)).size).toBe(2);
  });
});

describe("what is said", () => {
  it("of a thread: who holds the GIL, its state, its time, its task", () => {
    const task = {
      name: "Task-3",
      coroutine: "charge",
      awaiters: [{ task: "Task-1", coroutine: "main", frames: [] }],
    };
    const [group] = groups(dump([{ ...main, task }]));
    if (!group) throw new Error("no group");
    expect(groupFacts(group, 10)).toEqual([
      "seems to hold the GIL",
      "runs task Task-3 of charge",
      "running",
      "312 ms of processor time",
      "id 10",
    ]);
    const [holder] = groups(dump([{ ...main, gil: "holds" }]));
    expect(holder && groupFacts(holder)[0]).toBe("holds the GIL");
    expect(awaitersOf(group).map(({ task: name }) => name)).toEqual(["Task-1"]);
  });

  it("of a dump without the GIL: why, and who seems to hold it", () => {
    const words = dumpWarnings(
      dump([main], { with_gil: false, why: "it was not let go", holder: 10, torn: true }),
    );
    expect(words.join(" ")).toMatch(
      /without the GIL: it was not let go.*MainThread seems to hold.*may be missing/,
    );
    expect(dumpWarnings(dump([main]))).toEqual([]);
  });

  it("of all: how many, and how long the program stood still", () => {
    expect(dumpSummary(dump([main, pool(0)], { held_us: 84, greenlets: 1 }))).toBe(
      "2 threads · 1 suspended greenlet · 2 stacks · the program stood still for 0.08 ms",
    );
  });

  it("as text: every thread and every frame", () => {
    const text = dumpText(dump([main, pool(0)]));
    for (const part of ["MainThread", "    serve  /srv/shop/pool.py:12", "pool_0", "wait"])
      expect(text).toContain(part);
  });
});

it("frames that are left out are counted where they are missing", () => {
  expect(frameGap(serving)).toEqual({ after: 2, frames: 1 });
  expect(frameGap({ ...serving, gap: 1 })).toEqual({ after: 1, frames: 1 });
  expect(frameGap(idle)).toBeNull();
});

it("a filter looks at names, functions and files", () => {
  const [group] = groups(dump([pool(0)]));
  if (!group) throw new Error("no group");
  expect(["POOL_0", "wait", "shop/pool", ""].map((wanted) => groupMatches(group, wanted))).toEqual(
    Array(4).fill(true),
  );
  expect(groupMatches(group, "checkout")).toBe(false);
});
