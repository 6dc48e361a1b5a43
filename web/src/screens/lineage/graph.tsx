import {
  Controls,
  type Edge,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react';
import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react';
import '@xyflow/react/dist/style.css';
import { BOX, heightOf, type Place, placesOf } from './layout.ts';
import type { Box, Picture } from './picture.ts';

interface GraphProps {
  readonly picture: Picture;
  readonly onPress: (box: Box) => void;
}

type BoxNode = Node<{ readonly box: Box; readonly onPress: (box: Box) => void }, 'box'>;

/** One box: a button, so that a keyboard and a screen reader find it. */
function BoxView({ data: { box, onPress } }: NodeProps<BoxNode>) {
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <button
        type="button"
        className={`lineage-box ${box.node === null ? 'lineage-group' : 'lineage-node'}`}
        data-box={box.id}
        aria-pressed={box.isOpen}
        title={`${box.title} · ${box.detail}`}
        onClick={() => onPress(box)}
      >
        <span className="lineage-title" dir="auto">
          {box.title}
        </span>
        <span className="lineage-detail">{box.detail}</span>
      </button>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
}

const NODE_TYPES = { box: BoxView };
const FIT = { padding: 0.06, maxZoom: 1, minZoom: 0.55 } as const;
/** Relations are written beside the lines while there is room for them. */
const NAMED_LINES = 14;

const ARROWS: Readonly<Record<string, Place>> = {
  ArrowRight: { x: 1, y: 0 },
  ArrowLeft: { x: -1, y: 0 },
  ArrowDown: { x: 0, y: 1 },
  ArrowUp: { x: 0, y: -1 },
};

/** The nearest box in the direction of an arrow key. */
function nextBox(places: ReadonlyMap<string, Place>, from: string, { x, y }: Place): string | null {
  const here = places.get(from);
  if (!here) return null;
  let best: { readonly id: string; readonly far: number } | null = null;
  for (const [id, place] of places) {
    const [dx, dy] = [place.x - here.x, place.y - here.y];
    const along = dx * x + dy * y;
    if (id === from || along <= 1) continue;
    const far = along + 2 * Math.abs(x === 0 ? dx : dy);
    if (best === null || far < best.far) best = { id, far };
  }
  return best?.id ?? null;
}

function Canvas({ picture, onPress }: GraphProps) {
  const places = useMemo(() => placesOf(picture), [picture]);
  const flow = useReactFlow();
  const frame = useRef<HTMLDivElement>(null);
  const nodes = picture.boxes.map(
    (box): BoxNode => ({
      id: box.id,
      type: 'box',
      position: places.get(box.id) ?? { x: 0, y: 0 },
      ...BOX,
      data: { box, onPress },
    }),
  );
  const isNamed = picture.lines.length <= NAMED_LINES;
  const edges = picture.lines.map(
    ({ id, from, to, relation }): Edge => ({
      id,
      source: from,
      target: to,
      ...(isNamed && relation ? { label: relation } : {}),
      markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14 },
      focusable: false,
    }),
  );
  const shape = picture.boxes.map(({ id }) => id).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the picture fits again when its boxes change
  useEffect(() => {
    // A long chain would be too small to read whole: then its end is shown.
    const last = Math.max(...picture.boxes.map(({ level }) => level));
    const shown = picture.boxes.filter(
      ({ level, node }) => level === last || (level === last - 1 && node !== null),
    );
    const drawn = requestAnimationFrame(
      () => void flow.fitView({ ...FIT, nodes: shown.map(({ id }) => ({ id })) }),
    );
    return () => cancelAnimationFrame(drawn);
  }, [shape, flow]);
  const onKeyDown = (event: KeyboardEvent) => {
    const arrow = ARROWS[event.key];
    const from = (event.target as HTMLElement).dataset?.['box'];
    if (!arrow || !from) return;
    event.preventDefault();
    const id = nextBox(places, from, arrow);
    const place = id === null ? undefined : places.get(id);
    if (!place) return;
    frame.current?.querySelector<HTMLElement>(`[data-box="${CSS.escape(id as string)}"]`)?.focus();
    void flow.setCenter(place.x + BOX.width / 2, place.y + BOX.height / 2, { zoom: flow.getZoom() });
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the boxes inside are the controls; arrow keys move between them
    <div
      className="lineage-canvas"
      style={{ blockSize: Math.min(620, Math.max(240, heightOf(places) + 80)) }}
      ref={frame}
      onKeyDown={onKeyDown}
      data-testid="lineage-graph"
    >
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        deleteKeyCode={null}
        disableKeyboardA11y
        zoomOnScroll={false}
        preventScrolling={false}
        minZoom={0.25}
        maxZoom={1.5}
        proOptions={{ hideAttribution: true }}
        fitView
        fitViewOptions={FIT}
      >
        <Controls showInteractive={false} position="bottom-left" orientation="horizontal" />
      </ReactFlow>
    </div>
  );
}

/** The lineage as boxes in layers. */
export default function LineageGraph(props: GraphProps) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}
