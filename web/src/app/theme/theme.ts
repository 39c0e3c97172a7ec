/** The reader's choice of appearance, stored in this browser. */
import { createContext } from "react";

export const THEMES = ["system", "light", "dark"] as const;
export type ThemeChoice = (typeof THEMES)[number];

/** index.html reads this too, before the first paint. */
const STORAGE_KEY = "yurt-console.theme";

export function storedChoice(): ThemeChoice {
  const stored = localStorage.getItem(STORAGE_KEY);
  return THEMES.find((theme) => theme === stored) ?? "system";
}

export function storeChoice(choice: ThemeChoice): void {
  localStorage.setItem(STORAGE_KEY, choice);
}

export const ThemeContext = createContext<{ choice: ThemeChoice; choose: (choice: ThemeChoice) => void }>({
  choice: "system",
  choose: storeChoice,
});
