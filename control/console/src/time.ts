/** Times as people read them. All in this browser's zone. */

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

/** `14:03:21.417`, with the day in front when it is not today's. */
export function clockTime(ms: number, nowMs = Date.now()): string {
  const date = new Date(ms);
  const millis = String(date.getMilliseconds()).padStart(3, "0");
  const today = new Date(nowMs).toDateString() === date.toDateString();
  return `${today ? "" : `${day.format(date)} `}${clock.format(date)}.${millis}`;
}

/** `3 s`, `5 min`, `2 h`, `3 d`: one unit, rounded down. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

export function ago(ms: number, nowMs: number): string {
  return nowMs - ms < 5000 ? "just now" : `${duration(nowMs - ms)} ago`;
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** `840 ns`, `4.2 µs`, `1.3 ms`, `2.5 s` */
export function nanoseconds(ns: number): string {
  if (ns < 1000) return `${Math.round(ns)} ns`;
  if (ns < 1e6) return `${(ns / 1e3).toFixed(1)} µs`;
  return ns < 1e9 ? `${(ns / 1e6).toFixed(1)} ms` : `${(ns / 1e9).toFixed(1)} s`;
}
