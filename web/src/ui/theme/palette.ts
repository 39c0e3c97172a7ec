/** The colours of both themes; CSS variables and antd's tokens derive from them. */
export type Theme = "light" | "dark";

export interface Palette {
  /** The page's background. */
  page: string;
  /** Cards, tables, the header. */
  surface: string;
  /** Menus, dialogs and other floating surfaces. */
  raised: string;
  hover: string;
  border: string;
  text: string;
  /** Secondary text; still 4.5:1 on every background above. */
  muted: string;
  /** OpenYurt's orange, dark enough (light theme) or bright enough (dark theme) for text. */
  accent: string;
  /** Text on `accent`. */
  onAccent: string;
  /** `accent` under the pointer: more contrast to the background, never less. */
  accentHover: string;
  accentSoft: string;
  good: string;
  warn: string;
  bad: string;
  busy: string;
  off: string;
}

export const PALETTES: Record<Theme, Palette> = {
  light: {
    page: "#f6f7f8",
    surface: "#ffffff",
    raised: "#ffffff",
    hover: "#f0f2f4",
    border: "#dfe3e8",
    text: "#1c2127",
    muted: "#57606a",
    accent: "#b84d00",
    accentHover: "#8f3c00",
    onAccent: "#ffffff",
    accentSoft: "#fdf0e6",
    good: "#15703a",
    warn: "#8a5a00",
    bad: "#b91c1c",
    busy: "#1d5fb8",
    off: "#57606a",
  },
  dark: {
    page: "#131519",
    surface: "#1a1d22",
    raised: "#22262c",
    hover: "#262b32",
    border: "#343a43",
    text: "#e6e8eb",
    muted: "#a3acb8",
    accent: "#ff9248",
    accentHover: "#ffb27d",
    onAccent: "#1c1208",
    accentSoft: "#33241a",
    good: "#4fcf80",
    warn: "#eab83a",
    bad: "#f8837d",
    busy: "#7cb8ff",
    off: "#a3acb8",
  },
};

/** A palette as CSS variables: `--accent`, `--on-accent` ... */
export function variables(palette: Palette): Record<string, string> {
  return Object.fromEntries(
    Object.entries(palette).map(([name, value]) => [`--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`, String(value)]),
  );
}
