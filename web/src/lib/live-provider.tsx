import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { queryKeys } from "./api/query-keys";
import { applyLiveEvent } from "./live";
import { LiveSocket, type LiveState, type OpenSocket } from "./live-socket";
import { RefetchThrottle } from "./refetch-throttle";

export type { LiveState };

const LiveContext = createContext<LiveState>("offline");

export const useLiveState = (): LiveState => useContext(LiveContext);

/** Keeps the page's queries up to date for as long as it is mounted (that is: while signed in). */
export function LiveProvider({ open, children }: { open: OpenSocket; children: ReactNode }) {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>("offline");

  useEffect(() => {
    const throttle = new RefetchThrottle((queryKey) => client.invalidateQueries({ queryKey }));
    const socket = new LiveSocket({
      open,
      onEvent: (event) => {
        for (const refetch of applyLiveEvent(event, client)) throttle.request(refetch);
      },
      onState: (next) => {
        setState(next);
        if (next === "signed-out") void client.invalidateQueries({ queryKey: queryKeys.session });
      },
    });
    socket.start();
    return () => {
      socket.stop();
      throttle.stop();
    };
  }, [client, open]);

  return <LiveContext.Provider value={state}>{children}</LiveContext.Provider>;
}
