/** Probe locations: `path/suffix.py:LINE`. */

export interface Place {
  path: string;
  /** 1-based; 0 when the text names no line */
  line: number;
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
