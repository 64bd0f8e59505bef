import axe from "axe-core";
import { expect } from "vitest";

/** Colours need a real browser; everything else is checked here. */
export async function expectAccessible(): Promise<void> {
  const { violations } = await axe.run(document.body, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: true } },
  });
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes[0]?.html}`);
  expect(found).toEqual([]);
}
