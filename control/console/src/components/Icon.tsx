/** Line icons of 16 units, drawn in the colour of the text. */
const PATHS = {
  light:
    "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
  dark: "M13.500 9.500A6 6 0 0 1 6.500 2.500a6 6 0 1 0 7 7Z",
  system: "M2 3h12v8H2zM6 14h4M8 11v3",
  leave: "M6 2H2.500v12H6M10 4.500 13.500 8 10 11.500M13 8H6",
  keyboard: "M1.500 4h13v8.500h-13zM4 7h.01M6.700 7h.01M9.300 7h.01M12 7h.01M5 10h6",
  close: "m4 4 8 8M12 4l-8 8",
  back: "M9.500 3 4.500 8l5 5",
  up: "m3.500 10 4.500-4.500L12.500 10",
  down: "m3.500 6 4.500 4.500L12.500 6",
  right: "m6 3.500 4.500 4.500L6 12.500",
  refresh: "M13 8a5 5 0 1 1-1.500-3.550M13 2v3h-3",
  search: "M7 2.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9M10.500 10.500 14 14",
  plus: "M8 3v10M3 8h10",
  edit: "M3 13l.6-2.800L10.800 3l2.200 2.200-7.200 7.200L3 13ZM9.300 4.500l2.200 2.200",
  again: "M3 8a5 5 0 1 0 1.500-3.550M3 2v3h3",
  copy: "M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3",
  compare: "M3 2.500h4v11H3zM9 2.500h4v11H9zM4.500 5.500h1M10.500 8.500h1M4.500 11h1",
  swap: "M2.500 5.500h10M9.500 2.500l3 3-3 3M13.500 10.500h-10M6.500 7.500l-3 3 3 3",
  table: "M2 3h12v10H2zM2 6.500h12M2 9.800h12M6.500 3v10",
  memory:
    "M4.500 4.500h7v7h-7zM6.500 2v2.500M9.500 2v2.500M6.500 11.500V14M9.500 11.500V14M2 6.500h2.500M2 9.500h2.500M11.500 6.500H14M11.500 9.500H14",
  threads: "M4 2c0 3 8 3 8 6s-8 3-8 6M12 2c0 3-8 3-8 6s8 3 8 6",
  link: "M6.500 9.500 9.500 6.500M7 4.500 8.500 3a2.800 2.800 0 0 1 4.500 4.500L11.500 9M9 11.500 7.500 13A2.800 2.800 0 0 1 3 8.500L4.500 7",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.400"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
