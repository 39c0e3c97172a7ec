import js from "@eslint/js";
import accessible from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import typescript from "typescript-eslint";

/** Imports go one way: app -> features -> ui | api -> i18n; features never import each other. */
function zone(files, ...forbidden) {
  const patterns = forbidden.map(([regex, message]) => ({ regex, message }));
  return { files, rules: { "no-restricted-imports": ["error", { patterns }] } };
}
const app = ["/app/", "only main.tsx imports the app"];
const features = ["/features/", "features are found by the app alone"];
const ui = ["/ui/", "api shows nothing"];
const api = ["/api/", "ui is given what it shows"];
const testing = ["/testing/", "for tests only"];
// Another feature is one folder up; ui, api and i18n are two.
const siblings = ["^\\.\\./(?!\\.\\.(/|$))", "features never import each other"];

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
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: "what comes from the cluster is hostile",
        },
      ],
    },
  },
  zone(["src/features/*/**"], app, siblings, features, testing),
  zone(["src/ui/**"], app, features, api, testing),
  zone(["src/api/**"], app, features, ui, testing),
  zone(["src/i18n/**"], app, features, ui, api, testing),
  zone(["src/app/**"], testing),
  { files: ["**/*.test.ts", "**/*.test.tsx"], rules: { "no-restricted-imports": "off", "max-lines": "off" } },
  { files: ["**/*.js"], ...typescript.configs.disableTypeChecked },
);
