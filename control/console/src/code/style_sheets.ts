/**
 * CodeMirror's style-mod writes a <style> element into the page, which the content security policy forbids.
 * Constructed style sheets are allowed, so its modules are mounted as those instead.
 */
import { StyleModule } from "style-mod";

const sheets = new Map<StyleModule, CSSStyleSheet>();

StyleModule.mount = (_root: Document | ShadowRoot | DocumentOrShadowRoot, modules) => {
  // Later modules win over earlier ones, as in style-mod.
  for (const module of Array.isArray(modules) ? modules : [modules as StyleModule]) {
    if (sheets.has(module)) continue;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(module.getRules());
    sheets.set(module, sheet);
    document.adoptedStyleSheets.push(sheet);
  }
};
