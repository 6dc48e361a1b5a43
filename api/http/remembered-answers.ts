import { type ExecutionResult, getOperationAST, Kind } from 'graphql';
import { LRUCache } from 'lru-cache';
import { Numbers } from '../../domain/memory/numbers.ts';
import type { MadeFrom } from '../../store/scores/made-from.ts';
import { isShort, withAudit } from '../audit.ts';
import { beginExecution } from '../compiled.ts';
import { giveBack } from '../context.ts';
import { executedOf, type Prepared } from '../operation.ts';

/** The text of an answer, and what is needed to give it again. */
interface Kept {
  readonly text: Buffer;
  readonly madeFrom: readonly MadeFrom[];
  /** Points that were refunded. */
  readonly givenBack: number;
}

const MOST_BYTES = 32_000_000;
const LARGEST = 1_000_000;
const LONGEST_VARIABLES = 2_000;
/** Of the objects around one answer. */
const KEPT_BYTES = 500;
/** Fields that say what their rows are made from (`ApiContext.madeFrom`), and whose rows are made from nothing else. */
const FIELDS = new Set(['nps', 'npsSeries']);
const NOTHING: ExecutionResult = {};

/**
 * Answers of queries that ask for scores alone, as long as what they are made from is unchanged (decision 0229). An operation is
 * answered with the text of an equal one of the same scope only after it has passed the gate and has begun: so what any process committed
 * before is taken in by then. Its refund and its audit are its own.
 */
export class RememberedAnswers {
  readonly #numbers = new Numbers();
  readonly #kept = new LRUCache<string, Kept>({
    maxSize: MOST_BYTES,
    sizeCalculation: ({ text, madeFrom }, key) =>
      KEPT_BYTES + text.length + 2 * key.length + madeFrom.reduce((sum, { size }) => sum + 8 * size, 0),
  });

  /** What the answer to the operation is kept under; null: it is not. From here on its fields say what they are made from. */
  prepare(operation: Prepared): string | null {
    const { document, operationName, variableValues, contextValue } = operation;
    const definition = getOperationAST(document, operationName);
    if (!definition || rootFields(operation) === 0 || !isShort(variableValues, LONGEST_VARIABLES))
      return null;
    contextValue.madeFrom = [];
    const { requested, limit } = contextValue.cost ?? {};
    const [asked, scope] = [definition, contextValue.caller.scope].map((one) => this.#numbers.of(one));
    return JSON.stringify([asked, scope, requested, limit, variableValues]);
  }

  /** The text under that key if it is what the operation would be answered with; what is answered where the audit fails; or null. */
  async find(key: string, operation: Prepared): Promise<Buffer | ExecutionResult | null> {
    const kept = this.#kept.get(key);
    if (!kept) return null;
    const { contextValue: context, document, operationName } = operation;
    const { store, cells, now } = context.deps;
    await beginExecution(context.deps, getOperationAST(document, operationName));
    context.hasBegun = true;
    try {
      for (const one of kept.madeFrom) if (!(await one.isUnchanged(store, cells, now()))) return null;
    } catch {
      // Its fields say what is wrong with the database.
      return null;
    }
    giveBack(context, kept.givenBack);
    const recorded = await withAudit(context, executedOf(operation), NOTHING);
    return recorded === NOTHING ? kept.text : recorded;
  }

  /** Keeps the text of an answer that may be given again. */
  keep(key: string, operation: Prepared, { errors }: ExecutionResult, text: Buffer): void {
    const { madeFrom, masked, unknown, emptyWindows, givenBack, deps } = operation.contextValue;
    if (errors || text.length > LARGEST || typeof deps.store.seen?.since !== 'number') return;
    if (madeFrom?.length !== rootFields(operation) || !madeFrom.every(({ isKnown }) => isKnown)) return;
    if (masked.length + unknown.length + emptyWindows.length > 0) return;
    this.#kept.set(key, { text, madeFrom, givenBack });
  }
}

/** How many root fields the operation has; 0 if one of them is not of those that can be kept. */
function rootFields({ document, operationName }: Prepared): number {
  const selections = getOperationAST(document, operationName)?.selectionSet.selections ?? [];
  const areKept = selections.every((one) => one.kind === Kind.FIELD && FIELDS.has(one.name.value));
  return areKept ? selections.length : 0;
}
