import type { Scope } from '../../../domain/access/scope.ts';
import type { RollupKey } from '../../../domain/lineage/lineage.ts';
import type { CellDictionary } from '../../../domain/segments/cell.ts';
import type { Dimension } from '../../../domain/segments/dimensions.ts';
import type { OwnerSession, ScopedSession } from '../../../store/database/client.ts';
import type { AlertsTouched } from '../../../store/lineage/lineage-annotations.ts';
import type { MappingRegistry } from '../../../store/responses/mappings.ts';
import type { LineageStore, ResponseFacts, RollupSelection } from '../../lineage-store.ts';
import type { LineageNode, Walk } from '../../node.ts';
import type { Projection } from './projection.ts';

/** What lineage reads from. */
export interface LineageDeps {
  /** Restricted to what the caller may see. */
  readonly store: ScopedSession;
  /** Unrestricted: for what concerns all cells together, after `readsModelsWhole`. */
  readonly record: OwnerSession;
  readonly lineage: LineageStore;
  readonly cells: CellDictionary;
  readonly mappings: MappingRegistry;
  readonly dimensions: readonly Dimension[];
}

/** What labels are made from. */
export type LabelDeps = Pick<LineageDeps, 'cells' | 'dimensions'>;

/** One lookup by one caller. */
export interface LineageRequest extends LineageDeps {
  readonly scope: Scope;
  /** The node of the id, or null when it does not exist for this caller. */
  readonly find: (id: string) => Promise<Found | null>;
  /** As `find`, and scores too. */
  readonly findAny: (id: string) => Promise<Found | null>;
}

/** From a row of the log. */
export interface Found<Row = unknown> {
  readonly kind: NodeKind<Row>;
  readonly row: Row;
  readonly node: LineageNode;
}

/**
 * The place of a kind: an `input` contributes to hour rollups, a `result` is made of them, an `annotation` is
 * about other nodes; nothing is made of the last two.
 */
export type Tier = 'input' | 'rollup' | 'result' | 'annotation';

/** The kind's type in PROV: plans and collections are entities too. */
export type ProvRole = 'entity' | 'agent' | 'plan' | 'collection';

/** How pictures of a lineage show the kind: one box. */
export interface Picture {
  /** From left (the score: 0) to right (its origin). */
  readonly column: number;
  /** The order of boxes in a column, from the top. */
  readonly row: number;
  readonly names: readonly [one: string, many: string];
  /** The box holds the whole label of one node, not a list of labels. */
  readonly single?: true;
  /** Visited rollup by rollup: where a trace is cut, there may be more of them. */
  readonly byRollup?: true;
  /** What lists leave out at the beginning of each label. */
  readonly prefix?: string;
}

/**
 * The rollups that a node contributed to, and where to look for annotations of models that it contributed to.
 */
export interface Impacted {
  readonly selection: RollupSelection;
  /** Model versions that the decisions are about. */
  readonly decided: () => Promise<readonly number[]>;
  /** Model versions that the alerts are about, and of which readings. */
  readonly alerted: () => Promise<{ readonly models: readonly number[]; readonly touched: AlertsTouched }>;
}

/** What comes after a node of another kind: how a kind is reached downstream. */
export interface After {
  readonly from: string;
  reach(request: LineageRequest, start: Found): Partial<Walk>;
}

/**
 * Everything about one kind of node of the lineage graph. A kind knows the kinds that it came from and never
 * those made of it, so that a new kind changes no other: `upstream` leads to what a node came from, `after`
 * says for each of those kinds how this one is reached from it. A node that the caller may not see must look
 * like a missing one, in content and in the work done.
 */
export interface NodeKind<Row = unknown, Key = unknown> {
  /** Unique: the label in Neo4j, and the part of an id before the colon. */
  readonly kind: string;
  readonly tier: Tier;
  readonly prov: ProvRole;
  readonly picture: Picture;
  /** The key in the part of an id after the colon, or null when it is not a key of this kind. */
  parseKey(key: string): Key | null;
  /** Null when it does not exist for the caller. */
  find(request: LineageRequest, key: Key): Promise<Row | null>;
  node(deps: LabelDeps, row: Row): LineageNode;
  upstream(request: LineageRequest, found: Found<Row>): Walk;
  readonly after: readonly After[];
  /** The rollups that it contributed to; for a result, those that it is made of; null for annotations. */
  rollups(request: LineageRequest, row: Row): RollupSelection | null;
  /** Null for kinds that are traced downstream instead. */
  readonly impact: { of(request: LineageRequest, row: Row): Impacted } | null;
  /**
   * How it is written to Neo4j; `along`: the kind that writes it with its own nodes; null: it is not stored
   * there.
   */
  readonly projection: Projection | { readonly along: string } | null;
  /** Its inputs when annotations of it are traced; `upstream` if that is the same. */
  madeOf?(request: LineageRequest, found: Found<Row>): Walk;
  /**
   * If several kinds contribute to nodes of one kind before rollups: ids of those that this one contributed to.
   */
  goesInto?(row: Row): readonly string[];
  /** For counted nodes: the rollups that count the node, and its response. */
  counted?(row: Row): { readonly rollups: readonly RollupKey[]; readonly response: ResponseFacts };
  /** For nodes that supersede others of their kind: the row of a node, so that a path can follow them. */
  revision?(node: LineageNode): Row;
  /** For an annotation: ids of its subjects, the main one first. */
  about?(row: Row): readonly string[];
}

export const at = <Row>(deps: LabelDeps, kind: NodeKind<Row>, row: Row): Found<Row> => ({
  kind,
  row,
  node: kind.node(deps, row),
});

/** Declares how a kind is reached downstream of nodes of `kind`. */
export function after<Row>(
  kind: NodeKind<Row>,
  reach: (request: LineageRequest, row: Row, node: LineageNode) => Partial<Walk>,
): After {
  return {
    from: kind.kind,
    // Rows are made by their kind's `find`.
    reach: (request, start) => reach(request, start.row as Row, start.node),
  };
}
