/* title – what a case is called: its condition once it is filed, the reporter's own
 * first words before that. */
import type { Case } from '../shared/api/types';
import { conditionTitle } from './lookups';

const MOST = 60;

export function caseTitle(c: Case): string {
  const filed = conditionTitle(c.condition);
  if (filed) return filed;
  const line = c.text.trim().split('\n', 1)[0];
  const letters = Array.from(line);
  return letters.length > MOST ? `${letters.slice(0, MOST).join('')}…` : line;
}
