/** This browser's preferences: language and appearance. */
import { useContext } from "react";

import { BulbOutlined, TranslationOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { useTranslation } from "react-i18next";

import { chooseLanguage, LANGUAGES } from "../../i18n/language";
import type { Language } from "../../i18n/language";
import { ThemeContext, THEMES } from "../theme/theme";
import type { ThemeChoice } from "../theme/theme";

export function LanguageMenu() {
  const { t, i18n } = useTranslation("app");
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        selectable: true,
        selectedKeys: [i18n.language],
        items: LANGUAGES.map((key) => ({ key, label: <span lang={key}>{t(`languages.${key}`)}</span> })),
        onClick: ({ key }) => void chooseLanguage(key as Language),
      }}
    >
      <Button type="text" icon={<TranslationOutlined />} aria-label={t("language")} title={t("language")} />
    </Dropdown>
  );
}

export function ThemeMenu() {
  const { t } = useTranslation("app");
  const { choice, choose } = useContext(ThemeContext);
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        selectable: true,
        selectedKeys: [choice],
        items: THEMES.map((key) => ({ key, label: t(`theme.${key}`) })),
        onClick: ({ key }) => choose(key as ThemeChoice),
      }}
    >
      <Button type="text" icon={<BulbOutlined />} aria-label={t("theme.theme")} title={t("theme.theme")} />
    </Dropdown>
  );
}
