import js from "@eslint/js";
import accessible from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import typescript from "typescript-eslint";

import { layers } from "./tools/layers.ts";

export default typescript.config(
  { ignores: ["src/api/schema.d.ts", "node_modules"] },
  js.configs.recommended,
  ...typescript.configs.strictTypeChecked,
  hooks.configs.flat.recommended,
  accessible.flatConfigs.strict,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["eslint.config.js"] } } },
    rules: {
      "max-lines": ["error", { max: 200, skipBlankLines: true, skipComments: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/consistent-type-imports": ["error", { disallowTypeAnnotations: false }],
      "no-restricted-syntax": [
        "error",
        { selector: "JSXText[value=/[A-Za-z\\u4e00-\\u9fff]{2}/]", message: "texts come from i18n keys" },
        {
          selector: "JSXAttribute[name.name=/^(aria-label|title|placeholder|label|hint|alt)$/] > Literal",
          message: "texts come from i18n keys",
        },
        { selector: "JSXAttribute[name.name='to'] > Literal", message: "addresses come from core/navigation/paths" },
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: "what comes from the cluster is hostile",
        },
      ],
    },
  },
  {
    files: ["src/**"],
    ignores: ["src/core/navigation/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          paths: [
            {
              name: "@tanstack/react-router",
              importNames: ["Link", "Navigate", "redirect", "useNavigate"],
              message: "addresses are typed in core/navigation: Link, useGo, redirectTo",
            },
          ],
        },
      ],
    },
  },
  { files: ["src/**"], plugins: { local: { rules: { layers } } }, rules: { "local/layers": "error" } },
  { files: ["src/testing/**"], rules: { "local/layers": "off" } },
  { files: ["**/*.test.ts", "**/*.test.tsx"], rules: { "local/layers": "off", "max-lines": "off" } },
  { files: ["**/*.js"], ...typescript.configs.disableTypeChecked },
);
