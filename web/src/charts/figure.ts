import { isBeyondChance } from '../lib/change-words.ts';
import { formatCount, formatInterval, formatScore } from '../lib/format.ts';
import { scaleOf } from './dot-plot.tsx';
import { type Driver, extent, stepsOf } from './driver-bars.tsx';
import { gridOf, type HeatCell, tintOf } from './heat-table.tsx';

/* Pictures of charts for files: SVG that stands alone, and PNG made of it. Colours are those of the page's theme. */

/** Properties of elements that styles set. */
const STYLES = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linejoin',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'color',
];

/** The chart's own SVG with its styles written into it. */
export function svgOfElement(element: SVGSVGElement): string {
  const copy = element.cloneNode(true) as SVGSVGElement;
  const originals = [element, ...element.querySelectorAll<SVGElement>('*')];
  [copy, ...copy.querySelectorAll<SVGElement>('*')].forEach((node, i) => {
    const computed = getComputedStyle(originals[i] as Element);
    for (const name of STYLES) {
      const value = computed.getPropertyValue(name);
      if (value) node.setAttribute(name, value);
    }
    node.removeAttribute('class');
  });
  const { width, height } = element.getBoundingClientRect();
  const background = `<rect width="100%" height="100%" fill="${colour('--panel')}"/>`;
  return wrapped(width, height, background + copy.innerHTML);
}

const wrapped = (width: number, height: number, inner: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.ceil(width)}" height="${Math.ceil(height)}" viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}" font-family="system-ui, sans-serif" font-size="13">${inner}</svg>`;

/** A colour of the theme as the browser resolves it. */
function colour(name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

const numbersOf = (text: string) => (text.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
function mixed(a: string, b: string, part: number): string {
  const [x, y] = [numbersOf(a), numbersOf(b)];
  return `rgb(${x.map((value, i) => Math.round(value * part + (y[i] ?? 0) * (1 - part))).join(',')})`;
}

const escaped = (text: string) =>
  text.replace(/[&<>"]/g, (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[one] ?? one);
interface TextStyle {
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly fill: string;
  readonly size?: number;
  readonly weight?: number;
}
const text = (
  x: number,
  y: number,
  content: string,
  { anchor = 'start', fill, size = 13, weight = 400 }: TextStyle,
) =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${fill}" font-size="${size}" font-weight="${weight}">${escaped(content)}</text>`;
const cut = (content: string, length: number) =>
  content.length > length ? `${content.slice(0, length - 1)}…` : content;

const TINTS = [0, 0.16, 0.3, 0.46];
const CELL = { width: 96, height: 48, head: 40, side: 168 };

/** The picture of a heat table. */
export function heatFigure(cells: readonly HeatCell[]): string {
  const { rows, columns, at } = gridOf(cells);
  const [panel, ink, muted, sunken] = ['--panel', '--text', '--muted', '--sunken'].map(colour) as [
    string,
    string,
    string,
    string,
  ];
  const fillOf = (cell: HeatCell | undefined) => {
    if (!cell || cell.score === null) return sunken;
    const [direction, size = '0'] = tintOf(cell.score).split('-');
    return direction === 'even'
      ? sunken
      : mixed(colour(direction === 'up' ? '--promoter' : '--detractor'), panel, TINTS[Number(size)] ?? 0);
  };
  const heads = columns.map((column, j) =>
    text(CELL.side + (j + 0.5) * CELL.width, 26, cut(column, 13), { anchor: 'middle', fill: muted }),
  );
  const body = rows.flatMap((row, i) => [
    text(12, CELL.head + (i + 0.6) * CELL.height, cut(row, 22), { fill: ink }),
    ...columns.map((column, j) => {
      const cell = at(row, column);
      const [x, y] = [CELL.side + j * CELL.width, CELL.head + i * CELL.height];
      const box = `<rect x="${x + 1}" y="${y + 1}" width="${CELL.width - 2}" height="${CELL.height - 2}" rx="4" fill="${fillOf(cell)}"/>`;
      const middle = { anchor: 'middle', fill: ink } as const;
      if (!cell || cell.responses === 0) return box;
      if (cell.suppressed)
        return box + text(x + CELL.width / 2, y + 28, 'hidden', { ...middle, fill: muted });
      return (
        box +
        text(x + CELL.width / 2, y + 21, formatScore(cell.score, { sign: true }), {
          ...middle,
          weight: 600,
        }) +
        text(x + CELL.width / 2, y + 38, `n ${formatCount(cell.responses)}`, { ...middle, size: 11 })
      );
    }),
  ]);
  const [width, height] = [
    CELL.side + columns.length * CELL.width + 12,
    CELL.head + rows.length * CELL.height + 12,
  ];
  return wrapped(
    width,
    height,
    `<rect width="100%" height="100%" fill="${panel}"/>${[...heads, ...body].join('')}`,
  );
}

const ROW = { height: 28, name: 200, bar: 420, numbers: 300, top: 16 };

/** The picture of a waterfall of drivers. */
export function driversFigure(drivers: readonly Driver[], before: number, after: number): string {
  const [panel, ink, muted, line, accent] = ['--panel', '--text', '--muted', '--line-strong', '--accent'].map(
    colour,
  ) as [string, string, string, string, string];
  const steps = stepsOf(drivers, before);
  const [low, high] = extent(steps, [before, after]);
  const x = (score: number) => ROW.name + (ROW.bar * (score - low)) / (high - low || 1);
  const at = (i: number) => ROW.top + i * ROW.height;
  const edge = (i: number, title: string, score: number) =>
    text(12, at(i) + 18, title, { fill: muted }) +
    `<line x1="${x(score)}" x2="${x(score)}" y1="${at(i) + 2}" y2="${at(i) + 26}" stroke="${accent}" stroke-width="3"/>` +
    text(ROW.name + ROW.bar + 16, at(i) + 18, formatScore(score, { sign: true }), { fill: ink, weight: 600 });
  const rows = steps.map(({ driver, start, middle, end }, i) => {
    const y = at(i + 1);
    const name = text(12, y + 18, cut(driver.name, 26), { fill: ink });
    if (driver.suppressed)
      return name + text(ROW.name + ROW.bar + 16, y + 18, 'too few answers to show', { fill: muted });
    const bar = (a: number, b: number, style: string) =>
      `<rect x="${Math.min(x(a), x(b))}" width="${Math.max(1, Math.abs(x(b) - x(a)))}" ${style}/>`;
    const isClear = isBeyondChance(driver.low, driver.high);
    const fill = colour(!isClear ? '--passive' : (driver.rate ?? 0) < 0 ? '--detractor' : '--promoter');
    const reach =
      driver.low === null || driver.high === null
        ? ''
        : `<path d="M${x(middle + driver.low)} ${y + 18.5}H${x(middle + driver.high)}" stroke="${ink}" fill="none"/>`;
    const numbers = `${formatScore((driver.mix ?? 0) + (driver.rate ?? 0), { sign: true })}  (rate ${formatScore(driver.rate, { sign: true })}, mix ${formatScore(driver.mix, { sign: true })})`;
    return (
      name +
      bar(start, middle, `y="${y + 4}" height="7" fill="${panel}" stroke="${line}"`) +
      bar(middle, end, `y="${y + 14}" height="9" fill="${fill}"`) +
      reach +
      text(ROW.name + ROW.bar + 16, y + 18, numbers, { fill: ink })
    );
  });
  const parts = [edge(0, 'Before', before), ...rows, edge(steps.length + 1, 'After', after)];
  const [width, height] = [ROW.name + ROW.bar + ROW.numbers, at(steps.length + 2) + 16];
  return wrapped(width, height, `<rect width="100%" height="100%" fill="${panel}"/>${parts.join('')}`);
}

/** One score of a list. */
export interface ScoreMark {
  readonly name: string;
  readonly score?: number | null;
  readonly low?: number | null;
  readonly high?: number | null;
  readonly responses?: number | null;
  readonly suppressed: boolean;
}

/** The picture of scores with their intervals, one below the other; `overall` is a hairline. */
export function scoresFigure(rows: readonly ScoreMark[], overall: number | null): string {
  const [panel, ink, muted, line, accent] = ['--panel', '--text', '--muted', '--line-strong', '--accent'].map(
    colour,
  ) as [string, string, string, string, string];
  const { from: low, to: high } = scaleOf(rows, overall);
  const x = (score: number) => ROW.name + (ROW.bar * (score - low)) / (high - low);
  const end = ROW.top + rows.length * ROW.height;
  const hairline =
    overall === null
      ? ''
      : `<line x1="${x(overall)}" x2="${x(overall)}" y1="${ROW.top}" y2="${end}" stroke="${line}" stroke-dasharray="3 3"/>`;
  const marks = rows.map(({ name, score, low: from, high: to, responses, suppressed }, i) => {
    const y = ROW.top + i * ROW.height;
    const head = text(12, y + 18, cut(name, 26), { fill: ink });
    const at = ROW.name + ROW.bar + 16;
    if (suppressed || score == null || from == null || to == null)
      return head + text(at, y + 18, suppressed ? 'too few answers to show' : 'no answers', { fill: muted });
    return (
      head +
      `<line x1="${x(from)}" x2="${x(to)}" y1="${y + 14}" y2="${y + 14}" stroke="${accent}" stroke-width="3"/>` +
      `<circle cx="${x(score)}" cy="${y + 14}" r="5.5" fill="${accent}"/>` +
      text(at, y + 18, formatScore(score, { sign: true }), { fill: ink, weight: 600 }) +
      text(at + 60, y + 18, `${formatInterval(from, to)}   n ${formatCount(responses)}`, { fill: muted })
    );
  });
  return wrapped(
    ROW.name + ROW.bar + ROW.numbers,
    end + 16,
    `<rect width="100%" height="100%" fill="${panel}"/>${hairline}${marks.join('')}`,
  );
}

/** A PNG of the SVG at twice its size. */
export async function pngOf(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = 2 * image.naturalWidth;
  canvas.height = 2 * image.naturalHeight;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done, fail) =>
    canvas.toBlob(
      (blob) => (blob ? done(blob) : fail(new Error('The browser could not draw the picture.'))),
      'image/png',
    ),
  );
}
