/* planWords – what the planner's page says about plans in more than one place. */
import { plan_reason, type Plan, type PlanGrid } from '../shared/api/types';
import { say, titleOf } from '../shared/modes';

/* A name that the page gave is said in the reader's language. */
export function labelOf(plan: Plan | null | undefined): string {
  const made = /^(?:方案|Plan) (\d+)$/.exec(plan?.label ?? '');
  return made ? say(`方案 ${made[1]}`, `Plan ${made[1]}`) : (plan?.label ?? '');
}

export const num = (n: number | undefined): string => (n ?? 0).toLocaleString('en');

/* What is counted: buildings of micro-grids, residential areas of zone grids. */
export const unitsWord = (plan: Plan | null): string => (plan?.kind === 'zone' ? say('个居民区', 'residential areas') : say('幢', 'buildings'));

/* The last part of a code: there is no more room on a map. */
export function shortCode(code: string | undefined): string {
  const c = code ?? '';
  const cut = c.lastIndexOf('-');
  return cut >= 0 && cut < c.length - 1 ? c.slice(cut + 1) : c.length > 6 ? c.slice(-3) : c;
}

/* Why the grid is out of the range, in a word. */
export const reasonOf = (g: PlanGrid): string => (g.reason && g.reason !== 'keeps' ? titleOf(plan_reason[g.reason]) : '');

export type Wish = 'balance' | 'keep' | 'compact' | 'cut' | 'alike';
export const WISHES: Wish[] = ['balance', 'keep', 'compact', 'cut', 'alike'];
export const wishTitle = (w: Wish): string =>
  ({
    balance: () => say('户数均衡', 'Equal households'),
    keep: () => say('少改现状', 'Few changes'),
    compact: () => say('形状紧凑', 'Compact shapes'),
    cut: () => say('边界要短', 'Short borders'),
    alike: () => say('楼栋相似', 'Like buildings'),
  })[w]();
export const weightWord = (n: number): string => (n === 0 ? say('不考虑', 'not at all') : n < 34 ? say('略看', 'a little') : n < 67 ? say('看重', 'much') : say('很看重', 'very much'));
