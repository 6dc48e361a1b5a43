import { Autocomplete, useFilter } from 'react-aria-components/Autocomplete';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Input, SearchField } from 'react-aria-components/SearchField';
import { Icon } from './icon.tsx';
import type { PickerProps } from './picker.tsx';

/** From so many options on there is a search. */
const SEARCHED_FROM = 8;

/** The list of a picker, with a search where it is long. Loaded after the first screen. */
export default function PickerOptions(props: PickerProps & { readonly onDone: () => void }) {
  const { contains } = useFilter({ sensitivity: 'base' });
  const { label, options } = props;
  if ((options?.length ?? 0) < SEARCHED_FROM) return <List {...props} />;
  return (
    <Autocomplete filter={contains}>
      <SearchField className="picker-search" aria-label={`Search ${label}`} autoFocus>
        <Icon name="search" />
        <Input placeholder="Search" />
      </SearchField>
      <List {...props} />
    </Autocomplete>
  );
}

function List({
  label,
  options,
  value,
  onChange,
  mode = 'single',
  problem,
  onDone,
}: PickerProps & { readonly onDone: () => void }) {
  return (
    <ListBox
      className="picker-list"
      aria-label={label}
      selectionMode={mode}
      escapeKeyBehavior="none"
      disallowEmptySelection={mode === 'single'}
      selectedKeys={value}
      onSelectionChange={(keys) => {
        onChange(keys === 'all' ? (options ?? []).map(({ id }) => id) : [...keys].map(String));
        if (mode === 'single') onDone();
      }}
      autoFocus={(options?.length ?? 0) < SEARCHED_FROM ? 'first' : false}
      renderEmptyState={() => <span className="muted small">{emptyText(options, problem)}</span>}
      items={options ?? []}
    >
      {(one) => (
        <ListBoxItem className="picker-item" id={one.id} textValue={one.label}>
          <span className="picker-check">
            <Icon name="check" />
          </span>
          <span dir="auto">{one.label}</span>
        </ListBoxItem>
      )}
    </ListBox>
  );
}

function emptyText(options: PickerProps['options'], problem: PickerProps['problem']): string {
  if (problem) return problem;
  if (!options) return 'Reading the values…';
  return options.length === 0 ? 'There are no values yet.' : 'No value matches.';
}
