/** The page's language: the stored choice, else the browser's, else English. */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = ["en", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];

const STORAGE_KEY = "yurt-console.language";

/** Each language is one chunk, loaded when chosen. */
const TEXTS: Record<Language, () => Promise<{ texts: Record<string, object> }>> = {
  en: () => import("./en"),
  zh: () => import("./zh"),
};

/** The stored language, else the first of the browser's that is supported, else English. */
export function preferred(stored: string | null, browser: readonly string[]): Language {
  const candidates = [...(stored === null ? [] : [stored]), ...browser].map((tag) => tag.toLowerCase().split("-")[0]);
  return LANGUAGES.find((language) => language === candidates.find((tag) => LANGUAGES.some((known) => known === tag))) ?? "en";
}

export async function startLanguage(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: {},
    lng: "none",
    fallbackLng: false,
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
  });
  await load(preferred(localStorage.getItem(STORAGE_KEY), navigator.languages));
}

/** Switches the language and stores the choice. */
export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(STORAGE_KEY, language);
  await load(language);
}

async function load(language: Language): Promise<void> {
  const { texts } = await TEXTS[language]();
  for (const [namespace, keys] of Object.entries(texts)) i18next.addResourceBundle(language, namespace, keys);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
}
