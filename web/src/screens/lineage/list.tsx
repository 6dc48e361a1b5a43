import type { Box, Picture } from './picture.ts';

/** The same boxes as an outline: for screen readers, phones and printers. */
export function LineageList({
  picture,
  onPress,
}: {
  readonly picture: Picture;
  readonly onPress: (box: Box) => void;
}) {
  const levels = [...new Set(picture.boxes.map(({ level }) => level))];
  const ofLevel = (level: number) => picture.boxes.filter((box) => box.level === level);
  const outline = ([level, ...rest]: readonly number[]) => {
    if (level === undefined) return null;
    const [node, ...groups] = ofLevel(level);
    return (
      <li>
        {node ? <Item box={node} onPress={onPress} /> : null}
        <ul className="lineage-outline">
          {groups.map((box) => (
            <li key={box.id}>
              <Item box={box} onPress={onPress} />
            </li>
          ))}
          {outline(rest)}
        </ul>
      </li>
    );
  };
  return (
    <ul className="lineage-outline" data-testid="lineage-list">
      {outline(levels)}
    </ul>
  );
}

function Item({ box, onPress }: { readonly box: Box; readonly onPress: (box: Box) => void }) {
  return (
    <button type="button" className="lineage-item" aria-pressed={box.isOpen} onClick={() => onPress(box)}>
      <span dir="auto">{box.title}</span>
      <span className="muted small">{box.detail}</span>
    </button>
  );
}
