/** antd's tokens: our colours, one type scale (12, 13, 14, 16, 20), calm and dense. */
import { theme as antd } from "antd";
import type { ThemeConfig } from "antd";

import { PALETTES } from "../../ui/theme/palette";
import type { Theme } from "../../ui/theme/palette";

/** Without `motion` what opens is in its place at once: a style that ends antd's animations early leaves a frame of them. */
export function antdTheme(theme: Theme, motion: boolean): ThemeConfig {
  const colors = PALETTES[theme];
  return {
    algorithm: theme === "dark" ? antd.darkAlgorithm : antd.defaultAlgorithm,
    hashed: false,
    token: {
      colorPrimary: colors.accent,
      colorPrimaryHover: colors.accentHover,
      colorInfo: colors.accent,
      colorLink: colors.accent,
      colorLinkHover: colors.accentHover,
      colorSuccess: colors.good,
      colorWarning: colors.warn,
      colorError: colors.bad,
      colorText: colors.text,
      colorTextSecondary: colors.muted,
      colorTextTertiary: colors.muted,
      colorTextDescription: colors.muted,
      colorTextPlaceholder: colors.muted,
      colorTextLightSolid: colors.onAccent,
      colorBgLayout: colors.page,
      colorBgContainer: colors.surface,
      colorBgElevated: colors.raised,
      colorBgSpotlight: theme === "dark" ? "#e6e8eb" : "#1c2127",
      colorBorder: colors.border,
      colorBorderSecondary: colors.border,
      borderRadius: 6,
      controlHeight: 32,
      fontFamily: "var(--sans)",
      fontFamilyCode: "var(--mono)",
      fontSize: 13,
      fontSizeSM: 12,
      fontSizeLG: 14,
      fontSizeXL: 16,
      fontSizeHeading1: 20,
      fontSizeHeading2: 20,
      fontSizeHeading3: 16,
      fontSizeHeading4: 14,
      fontSizeHeading5: 13,
      motion,
      motionDurationMid: "0.12s",
      motionDurationSlow: "0.16s",
    },
    components: {
      Button: { primaryShadow: "none", defaultShadow: "none" },
      Modal: { titleFontSize: 16 },
      Table: {
        headerBg: colors.surface,
        headerColor: colors.muted,
        headerSortActiveBg: colors.surface,
        headerSortHoverBg: colors.hover,
        bodySortBg: "transparent",
        rowHoverBg: colors.hover,
        cellPaddingBlockSM: 9,
        cellPaddingInlineSM: 12,
        headerSplitColor: "transparent",
      },
      Tooltip: { colorTextLightSolid: theme === "dark" ? "#1c2127" : "#ffffff" },
    },
  };
}
