/** A disc with its marks, caught by two flashes. */
export function Logo({ size = 22 }: { size?: number }) {
  return (
    <svg class="logo" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <g fill="none" stroke-width="3" stroke-linecap="round">
        <circle cx="16" cy="16" r="12" class="logo-disc" />
        <path d="M16 4a12 12 0 0 1 10.400 6M28 16a12 12 0 0 1-6 10.400" class="logo-flash" />
      </g>
      <circle cx="16" cy="16" r="4.500" class="logo-hub" />
    </svg>
  );
}
