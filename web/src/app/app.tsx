import { MantineProvider } from "@mantine/core";
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { RouterHistory } from "@tanstack/react-router";
import { RouterProvider } from "@tanstack/react-router";
import { useState } from "react";
import { createQueryClient } from "@/lib/api/query-client";
import { type OpenSocket, openBrowserSocket } from "@/lib/live-socket";
import { createAppRouter } from "./router";
import { cssVariables, theme } from "./theme";

interface AppProps {
  client?: QueryClient;
  openSocket?: OpenSocket;
  history?: RouterHistory;
  env?: "default" | "test";
}

/** The composition root of the page; what it talks to can be given from outside. */
export function App({
  client,
  openSocket = openBrowserSocket,
  history,
  env = "default",
}: AppProps) {
  const [queryClient] = useState(() => client ?? createQueryClient());
  const [router] = useState(() => createAppRouter({ openSocket, history }));
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      env={env}
    >
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
