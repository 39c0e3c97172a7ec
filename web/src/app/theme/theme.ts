/** The reader's choice of appearance, kept in this browser. */
import { createContext } from "react";

export const THEMES = ["system", "light", "dark"] as const;
export type ThemeChoice = (typeof THEMES)[number];

/** index.html reads this too, before the first paint. */
const KEPT = "yurt-console.theme";

export function keptChoice(): ThemeChoice {
  const kept = localStorage.getItem(KEPT);
  return THEMES.find((theme) => theme === kept) ?? "system";
}

export function keep(choice: ThemeChoice): void {
  localStorage.setItem(KEPT, choice);
}

export const ThemeContext = createContext<{ choice: ThemeChoice; choose: (choice: ThemeChoice) => void }>({
  choice: "system",
  choose: keep,
});
