import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeLiveServer } from "@/testing/live-server";
import type { LiveEvent } from "./live-events";
import { LiveSocket, type LiveState } from "./live-socket";

let server: FakeLiveServer;
let states: LiveState[];
let events: LiveEvent[];
let socket: LiveSocket;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeLiveServer();
  states = [];
  events = [];
  socket = new LiveSocket({
    open: server.open,
    onEvent: (event) => events.push(event),
    onState: (state) => states.push(state),
    random: () => 1,
  });
});

afterEach(() => {
  socket.stop();
  vi.useRealTimers();
});

describe("LiveSocket", () => {
  test("begins at now and resumes after the last position it has seen", () => {
    socket.start();
    expect(server.last.url.searchParams.has("since")).toBe(false);
    server.hello(10);
    server.send({ type: "changes", position: 14, items: [] });
    server.drop();
    vi.advanceTimersByTime(500);
    expect(server.last.url.searchParams.get("since")).toBe("14");
    expect(states).toEqual(["connecting", "live", "reconnecting", "reconnecting"]);
  });

  test("hello after a reconnect does not skip what is still to come", () => {
    socket.start();
    server.hello(10);
    server.drop();
    vi.advanceTimersByTime(500);
    server.hello(50);
    server.drop();
    vi.advanceTimersByTime(500);
    expect(server.last.url.searchParams.get("since")).toBe("10");
  });

  test("another catalog with smaller positions is begun anew", () => {
    socket.start();
    server.hello(100);
    server.drop();
    vi.advanceTimersByTime(500);
    server.hello(3);
    server.drop();
    vi.advanceTimersByTime(500);
    expect(server.last.url.searchParams.get("since")).toBe("3");
  });

  test("waits longer after each failure, up to a limit, and starts over once connected", () => {
    socket.start();
    for (const wait of [500, 1000, 2000, 4000, 8000, 15_000, 15_000]) {
      const before = server.connections.length;
      server.drop();
      vi.advanceTimersByTime(wait - 1);
      expect(server.connections).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(server.connections).toHaveLength(before + 1);
    }
    server.hello(1);
    server.drop();
    vi.advanceTimersByTime(500);
    expect(server.connections).toHaveLength(9);
  });

  test("spreads retries by chance", () => {
    const calm = new LiveSocket({
      open: server.open,
      onEvent: () => undefined,
      onState: () => undefined,
      random: () => 0,
    });
    calm.start();
    server.drop();
    vi.advanceTimersByTime(250);
    expect(server.connections).toHaveLength(2);
    calm.stop();
  });

  test("answers pings, and takes silence for a dead connection", () => {
    socket.start();
    server.hello(1);
    server.send({ type: "ping", position: 7 });
    expect(server.last.sent).toEqual(['{"type":"pong"}']);
    vi.advanceTimersByTime(44_999);
    expect(states.at(-1)).toBe("live");
    vi.advanceTimersByTime(1);
    expect(states.at(-1)).toBe("reconnecting");
    expect(server.connections[0]?.closed).toBe(true);
    vi.advanceTimersByTime(500);
    expect(server.last.url.searchParams.get("since")).toBe("7");
  });

  test.each([
    [4401, "signed-out"],
    [4403, "refused"],
  ] as const)("close code %i ends it for good", (code, state) => {
    socket.start();
    server.drop(code);
    vi.advanceTimersByTime(60_000);
    expect(states.at(-1)).toBe(state);
    expect(server.connections).toHaveLength(1);
  });

  test("comes back at once when the network does", () => {
    socket.start();
    server.drop();
    window.dispatchEvent(new Event("online"));
    expect(server.connections).toHaveLength(2);
  });

  test("frames it does not know are passed over", () => {
    socket.start();
    for (const frame of ["", "nonsense", "[]", "null", '{"type":"later"}', new ArrayBuffer(2)]) {
      server.sendRaw(frame);
    }
    expect(events).toEqual([]);
  });

  test("says and does nothing once stopped", () => {
    socket.start();
    server.hello(1);
    socket.stop();
    vi.advanceTimersByTime(120_000);
    expect(states.at(-1)).toBe("offline");
    expect(server.connections).toHaveLength(1);
  });
});
