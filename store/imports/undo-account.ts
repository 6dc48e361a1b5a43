/** How the responses of an import fared: counts so far, or as they would be. */
export interface UndoAccount {
  /** Nothing replaces them. */
  readonly removed: number;
  /** The content that they had replaced is restored. */
  readonly restored: number;
  /**
   * Replaced or corrected since by something else, which stays; or the content they had replaced is no longer
   * kept.
   */
  readonly stayed: number;
  /** Unchanged until the legal hold is released. */
  readonly held: number;
  /** Unchanged until the dispute is settled. */
  readonly restricted: number;
  /** Outcomes and change events that are removed. */
  readonly facts: number;
}

export const NOTHING_UNDONE: UndoAccount = {
  removed: 0,
  restored: 0,
  stayed: 0,
  held: 0,
  restricted: 0,
  facts: 0,
};

/** The counts of two parts of an undo together. */
export const sumOfUndo = (a: UndoAccount, b: UndoAccount): UndoAccount => ({
  removed: a.removed + b.removed,
  restored: a.restored + b.restored,
  stayed: a.stayed + b.stayed,
  held: a.held + b.held,
  restricted: a.restricted + b.restricted,
  facts: a.facts + b.facts,
});
