import { Center, Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ErrorState } from "@/components/ui/error-state";
import { isUnauthenticated } from "@/lib/api/problem";
import { sessionQuery } from "../api/get-session";
import { SignInNeeded } from "./sign-in-needed";

/** Shows its children to a signed-in person, and everyone else the way in. */
export function SessionGate({ children }: { children: ReactNode }) {
  const session = useQuery(sessionQuery);
  if (session.error && isUnauthenticated(session.error)) {
    return <SignInNeeded onRetry={() => void session.refetch()} retrying={session.isFetching} />;
  }
  if (session.data) return children;
  if (session.error) {
    return (
      <main>
        <ErrorState
          error={session.error}
          onRetry={() => void session.refetch()}
          retrying={session.isFetching}
        />
      </main>
    );
  }
  return (
    <Center component="main" mih="100dvh" aria-busy="true">
      <Loader aria-label="Loading Apollonia" />
    </Center>
  );
}
