/** Light, dark, or as the system says. */
import { effect, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

const KEY = "strobe.theme";
const THEMES: Theme[] = ["system", "light", "dark"];

export const theme = signal<Theme>(stored());

export function followTheme(): void {
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
    try {
      localStorage.setItem(KEY, theme.value);
    } catch {
      // No storage in this browser: the choice lasts until the page is closed.
    }
  });
}

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? "system";
}

function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY) as Theme | null;
    return value && THEMES.includes(value) ? value : "system";
  } catch {
    return "system";
  }
}
