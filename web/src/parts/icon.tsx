/** Paths on a grid of 20, drawn with a line of 1.6. */
const PATHS = {
  overview: 'M3 16V9M8 16V4M13 16v-5M18 16V7',
  explore: 'M3 3v14h14M6 12l3-3 3 2 5-6',
  responses: 'M3 4h14v9H9l-4 3v-3H3z',
  alerts: 'M5 14V9a5 5 0 0 1 10 0v5l2 2H3zM8 18h4',
  business: 'M3 17h14M5 17V9h3v8M12 17V5h3v12M3 6l5-3 3 2 6-4',
  cases: 'M3 6h14v11H3zM7 6V3h6v3M3 10h14',
  agents: 'M4 7h12v9H4zM10 7V3M8 11h.01M12 11h.01M8 14h4',
  rules: 'M3 15l4-6 4 3 6-9M3 17h14M14 12h.01',
  targets: 'M3 10l14-6-5 13-3-5zM9 12l8-8',
  lineage: 'M3 10h4M13 5h4M13 15h4M7 10c3 0 3-5 6-5M7 10c3 0 3 5 6 5',
  data: 'M4 5c0-3 12-3 12 0v10c0 3-12 3-12 0zM4 5c0 3 12 3 12 0M4 10c0 3 12 3 12 0',
  models: 'M10 2l7 4v8l-7 4-7-4V6zM3 6l7 4 7-4M10 10v8',
  reviews: 'M4 10l4 4 8-9',
  access: 'M12 8a4 4 0 1 0-4 4l1-1h2v2h2v2h3v-3l-4-4',
  audit: 'M5 2h10v16H5zM8 6h4M8 10h4M8 14h2',
  people: 'M10 9a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 17c0-6 12-6 12 0',
  more: 'M4 10h.01M10 10h.01M16 10h.01',
  filter: 'M3 5h14M6 10h8M8 15h4',
  search: 'M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12zM13.5 13.5L17 17',
  close: 'M5 5l10 10M15 5L5 15',
  down: 'M5 8l5 5 5-5',
  check: 'M4 10l4 4 8-9',
  link: 'M8 12l4-4M7 9l-2 2a3 3 0 0 0 4 4l2-2M13 11l2-2a3 3 0 0 0-4-4L9 7',
  download: 'M10 3v9M6 9l4 4 4-4M4 17h12',
  table: 'M3 4h14v12H3zM3 8h14M3 12h14M8 8v8',
  chart: 'M3 3v14h14M7 13V9M11 13V6M15 13v-2',
  sun: 'M10 6a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM10 1v2M10 17v2M1 10h2M17 10h2M4 4l1 1M15 15l1 1M16 4l-1 1M5 15l-1 1',
  moon: 'M16 12A7 7 0 0 1 8 4a7 7 0 1 0 8 8z',
  keyboard: 'M2 5h16v10H2zM5 8h.01M8 8h.01M11 8h.01M14 8h.01M6 12h8',
  warning: 'M10 3l8 14H2zM10 8v4M10 14.5h.01',
  info: 'M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM10 9v5M10 6h.01',
  refresh: 'M16 6v4h-4M16 10a6 6 0 1 0-2 4.5',
  arrow: 'M4 10h12M11 5l5 5-5 5',
  plus: 'M10 4v12M4 10h12',
} as const;

export type IconName = keyof typeof PATHS;

/** A picture beside words; it says nothing to a screen reader. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" width={size} height={size} aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
