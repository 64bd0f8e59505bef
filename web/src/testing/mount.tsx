import { createMemoryHistory } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { App } from "@/app/app";
import { createQueryClient } from "@/lib/api/query-client";
import { FakeLiveServer } from "./live-server";

/** The whole page at one address, with the answering server behind it and a live feed to send over. */
export function mountPage(address = "/") {
  const history = createMemoryHistory({ initialEntries: [address] });
  const live = new FakeLiveServer();
  const client = createQueryClient({ retry: false });
  const view = render(<App client={client} openSocket={live.open} history={history} env="test" />);
  const user = userEvent.setup();
  const url = () => new URL(history.location.href, window.location.href);
  return { ...view, live, client, user, history, url };
}
