import js from "@eslint/js";
import tseslint from "typescript-eslint";

// No value from a program may ever become HTML.
const markup = ["innerHTML", "outerHTML", "insertAdjacentHTML", "dangerouslySetInnerHTML", "srcdoc"];

export default tseslint.config(
  { ignores: ["dist/", "src/wire.ts"] },
  js.configs.recommended,
  {
    files: ["**/*.ts", "**/*.tsx"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ["dev/**/*.mjs"],
    languageOptions: {
      globals: {
        process: "readonly",
        console: "readonly",
        Buffer: "readonly",
        URL: "readonly",
        setInterval: "readonly",
        setTimeout: "readonly",
      },
    },
  },
  {
    rules: {
      eqeqeq: "error",
      complexity: ["error", 15],
      "max-lines": ["error", 400],
      "no-restricted-syntax": [
        "error",
        ...markup.flatMap((name) => [
          { selector: `JSXAttribute[name.name='${name}']`, message: "Values are text, never HTML." },
          { selector: `MemberExpression[property.name='${name}']`, message: "Values are text, never HTML." },
        ]),
      ],
    },
  },
);
