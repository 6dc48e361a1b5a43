import { ALONG, agentKind } from './shared/agent-kind.ts';

/** Work on an answer or an alert. It goes with its answer, and is hidden while that is restricted. */
export const caseKind = agentKind('Case', { column: 0, row: 3, names: ['case', 'cases'] }, ALONG);
