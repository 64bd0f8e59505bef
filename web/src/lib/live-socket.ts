import { type LiveEvent, parseLiveEvent } from "./live-events";

/** `offline`: not started or stopped · `refused`: the server does not take this page's origin. */
export type LiveState =
  | "offline"
  | "connecting"
  | "live"
  | "reconnecting"
  | "signed-out"
  | "refused";

export interface SocketHandlers {
  onFrame: (data: unknown) => void;
  onClose: (code: number) => void;
}

/** One connection that is open or opening. After `close()` its handlers are called no more. */
export interface Socket {
  send(data: string): void;
  close(): void;
}

/** Opens a connection; tests bring their own. */
export type OpenSocket = (url: string, handlers: SocketHandlers) => Socket;

export const openBrowserSocket: OpenSocket = (url, { onFrame, onClose }) => {
  const socket = new WebSocket(url);
  socket.onmessage = ({ data }) => onFrame(data);
  socket.onclose = ({ code }) => onClose(code);
  return {
    send: (data) => socket.send(data),
    close: () => {
      socket.onmessage = null;
      socket.onclose = null;
      socket.close();
    },
  };
};

export interface LiveSocketOptions {
  open: OpenSocket;
  onEvent: (event: LiveEvent) => void;
  onState: (state: LiveState) => void;
  /** Milliseconds without any frame after which the connection counts as dead (the server pings every 20 s). */
  silenceMs?: number;
  firstRetryMs?: number;
  longestRetryMs?: number;
  random?: () => number;
}

const signedOut = 4401;
const wrongOrigin = 4403;

function liveUrl(since: number | null): string {
  const url = new URL("/api/v1/live", window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  if (since !== null) url.searchParams.set("since", String(since));
  return url.toString();
}

/** One live connection that heals itself: it resumes after the last position it has seen. */
export class LiveSocket {
  private readonly options: Required<LiveSocketOptions>;
  private socket: Socket | null = null;
  private since: number | null = null;
  private failures = 0;
  private retryTimer: number | undefined;
  private silenceTimer: number | undefined;
  private running = false;

  constructor(options: LiveSocketOptions) {
    this.options = {
      silenceMs: 45_000,
      firstRetryMs: 500,
      longestRetryMs: 15_000,
      random: Math.random,
      ...options,
    };
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    window.addEventListener("online", this.retryNow);
    this.connect("connecting");
  }

  stop(): void {
    this.halt("offline");
  }

  private halt(state: LiveState): void {
    this.running = false;
    window.removeEventListener("online", this.retryNow);
    this.drop();
    this.options.onState(state);
  }

  private drop(): void {
    window.clearTimeout(this.retryTimer);
    window.clearTimeout(this.silenceTimer);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private connect(state: LiveState): void {
    this.drop();
    this.options.onState(state);
    this.socket = this.options.open(liveUrl(this.since), {
      onFrame: (data) => this.receive(data),
      onClose: (code) => this.closed(code),
    });
    this.watchSilence();
  }

  private receive(frame: unknown): void {
    this.watchSilence();
    const event = parseLiveEvent(frame);
    if (event === null) return;
    if (event.type === "hello") this.greet(event.position);
    else if (event.type !== "progress") this.since = event.position;
    if (event.type === "ping") this.socket?.send(JSON.stringify({ type: "pong" }));
    this.options.onEvent(event);
  }

  private greet(position: number): void {
    this.failures = 0;
    // After a reconnect the changes since our position are still to come: hello must not skip them.
    // A smaller position is another catalog: begin anew with it.
    if (this.since === null || position < this.since) this.since = position;
    this.options.onState("live");
  }

  private closed(code: number): void {
    this.socket = null;
    if (!this.running) return;
    if (code === signedOut) this.halt("signed-out");
    else if (code === wrongOrigin) this.halt("refused");
    else this.retryLater();
  }

  private retryLater(): void {
    const { firstRetryMs, longestRetryMs, random } = this.options;
    const ceiling = Math.min(longestRetryMs, firstRetryMs * 2 ** this.failures);
    this.failures += 1;
    this.drop();
    this.options.onState("reconnecting");
    // Between half and all of the ceiling, so that many pages don't come back in step.
    this.retryTimer = window.setTimeout(this.retryNow, ceiling * (0.5 + random() / 2));
  }

  private readonly retryNow = (): void => {
    if (this.running && this.socket === null) this.connect("reconnecting");
  };

  private watchSilence(): void {
    window.clearTimeout(this.silenceTimer);
    this.silenceTimer = window.setTimeout(() => this.retryLater(), this.options.silenceMs);
  }
}
