/** The live websocket: connects, notices silence, connects again with growing pauses. */
import type { LiveMessage } from "./wire";

export const CONSOLE_SUBPROTOCOL = "strobe.console.v1";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
const SILENCE_MS = 20_000;

export interface LiveHandlers {
  /** The socket is open: the present state follows, so what was known may be replaced. */
  opened: () => void;
  message: (message: LiveMessage) => void;
  /** Closed; the next attempt starts in `pauseMs`. */
  lost: (pauseMs: number) => void;
  /** Rejects when the hub does not answer: asked when the socket has been silent for long. */
  check: () => Promise<unknown>;
}

export interface Live {
  /** Try again now instead of after the pause. */
  retry: () => void;
  stop: () => void;
}

export function connectLive(handlers: LiveHandlers): Live {
  let socket: WebSocket | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  let retryTimer: number | undefined;
  let silenceTimer: number | undefined;
  let stopped = false;

  const hear = (): void => {
    window.clearTimeout(silenceTimer);
    silenceTimer = window.setTimeout(() => {
      const asked = socket;
      handlers.check().then(hear, () => drop(asked));
    }, SILENCE_MS);
  };

  // A dead connection may take minutes until the browser closes it: act as if it had closed.
  const drop = (dead: WebSocket | undefined): void => {
    if (dead !== socket || stopped) return;
    window.clearTimeout(silenceTimer);
    if (socket) {
      socket.onclose = socket.onmessage = socket.onopen = null;
      socket.close();
      socket = undefined;
    }
    const pause = pauseMs * (0.75 + Math.random() / 2);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    retryTimer = window.setTimeout(open, pause);
    handlers.lost(pause);
  };

  const open = (): void => {
    window.clearTimeout(retryTimer);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const opening = new WebSocket(`${scheme}://${location.host}/api/v1/live`, CONSOLE_SUBPROTOCOL);
    socket = opening;
    opening.onopen = () => {
      pauseMs = FIRST_PAUSE_MS;
      hear();
      handlers.opened();
    };
    opening.onmessage = (event: MessageEvent<unknown>) => {
      hear();
      const message = parse(event.data);
      if (message) handlers.message(message);
    };
    opening.onclose = () => drop(opening);
  };

  const retry = (): void => {
    if (stopped || socket) return;
    pauseMs = FIRST_PAUSE_MS;
    open();
  };

  const wake = (): void => {
    if (document.visibilityState === "visible") retry();
  };
  window.addEventListener("online", retry);
  document.addEventListener("visibilitychange", wake);
  open();

  return {
    retry,
    stop: () => {
      stopped = true;
      window.clearTimeout(retryTimer);
      window.clearTimeout(silenceTimer);
      window.removeEventListener("online", retry);
      document.removeEventListener("visibilitychange", wake);
      if (socket) socket.onclose = socket.onmessage = socket.onopen = null;
      socket?.close();
    },
  };
}

function parse(data: unknown): LiveMessage | undefined {
  if (typeof data !== "string") return undefined;
  try {
    const message = JSON.parse(data) as LiveMessage | null;
    return typeof message?.t === "string" ? message : undefined;
  } catch {
    return undefined; // the hub is newer or broken; the HTTP state still stands
  }
}
