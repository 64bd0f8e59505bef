import {
  Badge,
  Checkbox,
  type CSSVariablesResolver,
  createTheme,
  type MantineColorsTuple,
} from "@mantine/core";

const lagoon: MantineColorsTuple = [
  "#e6f6f5",
  "#cfeae8",
  "#a0d5d2",
  "#6dbfbb",
  "#45aca7",
  "#2b9f9a",
  "#178580",
  "#0b6e6e",
  "#065a5b",
  "#02484a",
];

const night: MantineColorsTuple = [
  "#e8eaec",
  "#c4c9ce",
  "#a2aab1",
  "#7d868f",
  "#3f474f",
  "#2d343b",
  "#21272d",
  "#171c21",
  "#11151a",
  "#0b0e12",
];

export const theme = createTheme({
  primaryColor: "lagoon",
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  luminanceThreshold: 0.34,
  colors: { lagoon, dark: night },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace',
  defaultRadius: "md",
  cursorType: "pointer",
  headings: { fontWeight: "650" },
  components: {
    Badge: Badge.extend({ defaultProps: { tt: "none", fw: 600 } }),
    Checkbox: Checkbox.extend({ defaultProps: { radius: "sm" } }),
  },
});

/** Greys that keep 4.5:1 on both backgrounds (Mantine's own dimmed grey does not). */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#fafaf8",
    "--mantine-color-dimmed": "#5b636b",
    "--mantine-color-placeholder": "#6a727a",
    "--app-surface": "#ffffff",
    "--app-sunken": "#f0f1ee",
    "--app-line": "#e3e5e1",
    "--app-danger": "#b42318",
    "--app-warning": "#8a5300",
    "--app-ok": "#0b6e6e",
  },
  dark: {
    "--mantine-color-body": "#11151a",
    "--mantine-color-dimmed": "#a2aab1",
    "--mantine-color-placeholder": "#8f98a1",
    "--app-surface": "#171c21",
    "--app-sunken": "#1b2127",
    "--app-line": "#2a3138",
    "--app-danger": "#ff9c92",
    "--app-warning": "#f2c26b",
    "--app-ok": "#6dbfbb",
  },
});
