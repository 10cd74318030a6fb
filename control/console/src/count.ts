/** Numbers and plurals as people read them. */

const grouped = new Intl.NumberFormat("en-US");

/** 48120 -> `48,120` */
export function count(n: number): string {
  return grouped.format(n);
}

/** `1 item`, `1,000 items` */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}
