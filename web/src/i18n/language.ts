/** Which language the page speaks: the one chosen before, else the browser's, else English. */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = ["en", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];

const KEPT = "yurt-console.language";

/** Only the language that is shown is loaded; each is one chunk. */
const TEXTS: Record<Language, () => Promise<{ texts: Record<string, object> }>> = {
  en: () => import("./en"),
  zh: () => import("./zh"),
};

/** The first of the browser's languages that we speak. */
export function preferred(kept: string | null, browser: readonly string[]): Language {
  const wanted = [...(kept === null ? [] : [kept]), ...browser].map((tag) => tag.toLowerCase().split("-")[0]);
  return LANGUAGES.find((language) => language === wanted.find((tag) => LANGUAGES.some((known) => known === tag))) ?? "en";
}

export async function startLanguage(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: {},
    lng: "none",
    fallbackLng: false,
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
  });
  await speak(preferred(localStorage.getItem(KEPT), navigator.languages));
}

/** Switches the language, and keeps the choice. */
export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEPT, language);
  await speak(language);
}

async function speak(language: Language): Promise<void> {
  const { texts } = await TEXTS[language]();
  for (const [namespace, keys] of Object.entries(texts)) i18next.addResourceBundle(language, namespace, keys);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
}
