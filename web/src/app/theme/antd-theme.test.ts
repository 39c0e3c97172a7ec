import { theme as antd } from "antd";
import { describe, expect, it } from "vitest";

import { antdTheme } from "./antd-theme";

/** WCAG's contrast ratio of two colours. */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [one, other].map(luminance).sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((place) => Number.parseInt(color.slice(place, place + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe.each(["light", "dark"] as const)("the %s theme", (theme) => {
  const token = antd.getDesignToken(antdTheme(theme, true));

  it.each(["colorPrimary", "colorPrimaryHover", "colorLink", "colorLinkHover", "colorError", "colorErrorHover"] as const)(
    "can be read in %s on every background",
    (name) => {
      for (const background of [token.colorBgContainer, token.colorBgElevated])
        expect(contrast(token[name], background)).toBeGreaterThanOrEqual(4.5);
    },
  );

  it.each(["colorPrimary", "colorPrimaryHover"] as const)("can be read on %s", (name) => {
    expect(contrast(token.colorTextLightSolid, token[name])).toBeGreaterThanOrEqual(4.5);
  });
});
