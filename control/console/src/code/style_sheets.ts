/**
 * CodeMirror's style-mod writes a <style> element into the page, which the content security policy forbids.
 * Constructed style sheets are allowed, so its modules are mounted as those instead.
 */
import { StyleModule } from "style-mod";

const sheets = new Map<StyleModule, CSSStyleSheet>();

StyleModule.mount = (_root: unknown, modules: StyleModule | readonly StyleModule[]) => {
  // Later modules win over earlier ones, as in style-mod.
  for (const module of modules instanceof StyleModule ? [modules] : modules) {
    if (sheets.has(module)) continue;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(module.getRules());
    sheets.set(module, sheet);
    document.adoptedStyleSheets.push(sheet);
  }
};
