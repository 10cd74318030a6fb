/** Probe locations: `path/suffix.py:LINE`, `module:qualname[:exit]`, `raise:module.Type[:unhandled]`. */

export interface Place {
  path: string;
  /** 1-based; 0 when the text names no line */
  line: number;
}

export type LocationKind = "line" | "function" | "raise";

const NAME = String.raw`[^\W\d][\w$]*`;
const DOTTED = String.raw`${NAME}(\.${NAME})*`;
const STEP = String.raw`(${NAME}|<\w+>)`;
const FUNCTION = new RegExp(`^${DOTTED}:${STEP}(\\.${STEP})*(:(entry|exit))?$`, "u");
const RAISE = new RegExp(`^raise:${DOTTED}(:unhandled)?$`, "u");

/** What kind of location the text is; null when it is none. */
export function locationKind(text: string): LocationKind | null {
  const trimmed = text.trim();
  if (trimmed.startsWith("raise:")) return RAISE.test(trimmed) ? "raise" : null;
  const { path, line } = parsePlace(trimmed);
  if (path && line > 0) return "line";
  return FUNCTION.test(trimmed) && !/\.py$/.test(trimmed.split(":")[0] ?? "") ? "function" : null;
}

/** As it is named where there is little room: `pricing.py:42`, `Cart.total (exit)`, `raise KeyError`. */
export function shortLocation(text: string, line = 0): string {
  const trimmed = text.trim();
  const parts = trimmed.split(":");
  switch (locationKind(trimmed)) {
    case "function":
      return `${parts[1] ?? ""}${parts[2] === "exit" ? " (exit)" : ""}`;
    case "raise": {
      const type = parts[1] ?? "";
      return `${parts[2] ? "unhandled" : "raise"} ${type.slice(type.lastIndexOf(".") + 1)}`;
    }
    default: {
      const place = parsePlace(trimmed);
      return `${baseName(place.path)}:${line || place.line}`;
    }
  }
}

/** Split `path:LINE`; text without a line gives line 0. */
export function parsePlace(text: string): Place {
  const match = /^(.*\S)\s*:\s*(\d{1,9})$/.exec(text.trim());
  if (!match) return { path: text.trim().replace(/:$/, ""), line: 0 };
  return { path: match[1] ?? "", line: Number(match[2]) };
}

/** Whether `suffix` names `path`: the same, or its end on whole components. */
export function matchesPath(path: string, suffix: string): boolean {
  const wanted = suffix.replace(/^(\.\/)+/, "");
  return wanted !== "" && (path === wanted || path.endsWith(wanted.startsWith("/") ? wanted : `/${wanted}`));
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The folder with its slash; empty for a bare name. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

/** The last `components` parts of a path: enough to recognise a file in a list. */
export function shortPath(path: string, components = 2): string {
  const parts = path.split("/");
  return parts.length <= components + 1 ? path : parts.slice(-components).join("/");
}
