import type { LiveEvent } from "@/lib/live-events";
import type { OpenSocket, SocketHandlers } from "@/lib/live-socket";

interface Connection {
  url: URL;
  handlers: SocketHandlers;
  sent: string[];
  closed: boolean;
}

/** The other end of `/api/v1/live`, without a network. */
export class FakeLiveServer {
  readonly connections: Connection[] = [];

  readonly open: OpenSocket = (url, handlers) => {
    const connection: Connection = { url: new URL(url), handlers, sent: [], closed: false };
    this.connections.push(connection);
    return {
      send: (data) => connection.sent.push(data),
      close: () => {
        connection.closed = true;
      },
    };
  };

  get last(): Connection {
    const connection = this.connections.at(-1);
    if (connection === undefined) throw new Error("nobody has connected");
    return connection;
  }

  send(event: LiveEvent): void {
    this.sendRaw(JSON.stringify(event));
  }

  sendRaw(frame: unknown): void {
    const { closed, handlers } = this.last;
    if (!closed) handlers.onFrame(frame);
  }

  hello(position: number): void {
    this.send({ type: "hello", position, version: "0.1.0" });
  }

  drop(code = 1006): void {
    const { last } = this;
    last.closed = true;
    last.handlers.onClose(code);
  }
}
