import { Link } from 'wouter';
import { useNodeHref } from '../lib/node-href.ts';
import './json-facts.css';

const ID = /^[A-Z][A-Za-z]{2,40}:\S{1,300}$/;
/** Deeper values are shown as text. */
const DEEPEST = 4;

/** Numbers and names as they were recorded: any JSON, as named lines. Ids lead to what they name. */
export function JsonFacts({ value, label }: { readonly value: unknown; readonly label: string }) {
  if (isEmpty(value)) return <p className="muted">There are none.</p>;
  return (
    <section className="json-facts small" aria-label={label}>
      <Value value={value} depth={0} />
    </section>
  );
}

function Value({ value, depth }: { readonly value: unknown; readonly depth: number }) {
  if (typeof value !== 'object' || value === null) return <Scalar value={value} />;
  if (depth >= DEEPEST) return <code>{JSON.stringify(value)}</code>;
  if (Array.isArray(value)) {
    if (value.every((one) => typeof one !== 'object' || one === null))
      return (
        <span className="json-list">
          {value.map((one, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a recorded list does not change
            <Scalar key={i} value={one} />
          ))}
        </span>
      );
    return (
      <ol className="json-items">
        {value.map((one, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a recorded list does not change
          <li key={i}>
            <Value value={one} depth={depth + 1} />
          </li>
        ))}
      </ol>
    );
  }
  return (
    <dl>
      {Object.entries(value).map(([name, one]) => (
        <div key={name} className={isPlain(one) ? 'json-line' : 'json-block'}>
          <dt>{nameWords(name)}</dt>
          <dd>
            <Value value={one} depth={depth + 1} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Scalar({ value }: { readonly value: unknown }) {
  const href = useNodeHref();
  if (value === null || value === undefined || value === '') return <span className="muted">none</span>;
  if (typeof value === 'boolean') return <span>{value ? 'yes' : 'no'}</span>;
  if (typeof value === 'number') return <span className="numbers">{numberWords(value)}</span>;
  const text = String(value);
  const link = ID.test(text) ? href(text) : null;
  return link ? (
    <Link href={link} className="json-id">
      {text}
    </Link>
  ) : (
    <span dir="auto">{text}</span>
  );
}

/** A number with what can be read of it: six significant digits. */
const numberWords = (value: number): string =>
  (Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)))).replace('-', '\u2212');

const isPlain = (value: unknown) =>
  typeof value !== 'object' ||
  value === null ||
  (Array.isArray(value) && value.every((one) => typeof one !== 'object' || one === null));
const isEmpty = (value: unknown) =>
  value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0);

/** "falseAlarmsPerYear" for people: "false alarms per year". */
function nameWords(name: string): string {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
