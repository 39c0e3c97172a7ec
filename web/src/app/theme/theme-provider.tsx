/** Applies the light or dark theme, by the system's or the reader's choice, to antd and to our CSS variables. */
import { useEffect, useMemo, useState } from "react";
import type { ReactNode } from "react";

import { ConfigProvider } from "antd";
import en from "antd/locale/en_US";
import zh from "antd/locale/zh_CN";
import { useTranslation } from "react-i18next";

import { nonce } from "../../ui/theme/nonce";
import { PALETTES, variables } from "../../ui/theme/palette";
import { useMedia } from "../../core/use-media";
import { antdTheme } from "./antd-theme";
import { storedChoice, storeChoice, ThemeContext } from "./theme";
import type { ThemeChoice } from "./theme";

export function ThemeProvider({ children }: { children: ReactNode }) {
  const { i18n } = useTranslation();
  const [choice, setChoice] = useState(storedChoice);
  const dark = useMedia("(prefers-color-scheme: dark)");
  const motion = !useMedia("(prefers-reduced-motion: reduce)");
  const theme = choice === "system" ? (dark ? "dark" : "light") : choice;

  useEffect(() => {
    const { dataset, style } = document.documentElement;
    dataset["theme"] = theme;
    for (const [name, value] of Object.entries(variables(PALETTES[theme]))) style.setProperty(name, value);
  }, [theme]);

  const context = useMemo(
    () => ({
      choice,
      choose: (next: ThemeChoice) => {
        storeChoice(next);
        setChoice(next);
      },
    }),
    [choice],
  );
  return (
    <ThemeContext value={context}>
      <ConfigProvider
        csp={{ nonce: nonce() }}
        theme={antdTheme(theme, motion)}
        locale={i18n.language === "zh" ? zh : en}
        button={{ autoInsertSpace: false }}
        wave={{ disabled: true }}
      >
        {children}
      </ConfigProvider>
    </ThemeContext>
  );
}
