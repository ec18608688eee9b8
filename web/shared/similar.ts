/* similar – open cases near a point or a building that may be the matter being written, with
 * the reasons. A help: without an answer there is nothing, and nothing is held back. */
import { ref, watch, type Ref } from 'vue';

import { ask } from './api/client';
import type { PublicSimilar, SimilarCase } from './api/types';
import { say } from './modes';

const LEAST = 2; // letters; of fewer, whatever is near would be offered
const MOST = 2000; // letters: more are not compared
const PAUSE_MS = 400; // after the last letter
const DAY_MS = 86_400_000;

export type SimilarAsked = { text?: string; category?: string; lon?: number; lat?: number; place?: string; except?: string };

/* Asks anew, a moment after the last change. Answers may overtake each other: the last
 * question counts. */
export function finderOfSimilar<T>(path: string, asked: () => SimilarAsked | undefined): Ref<T[]> {
  const found = ref<T[]>([]) as Ref<T[]>;
  let turn = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function find(what: SimilarAsked | undefined): Promise<void> {
    const mine = ++turn;
    const letters = Array.from(what?.text ?? '');
    const enough = what && letters.length >= LEAST && (what.place || (what.lon !== undefined && what.lat !== undefined));
    try {
      const got = enough ? await ask<{ items?: T[] }>(path, { ...what, text: letters.slice(0, MOST).join('') }) : {};
      if (mine === turn) found.value = got.items ?? [];
    } catch {
      if (mine === turn) found.value = [];
    }
  }
  watch(
    () => JSON.stringify(asked() ?? null),
    (what, before) => {
      clearTimeout(timer);
      timer = setTimeout(() => void find(JSON.parse(what) ?? undefined), before === undefined ? 0 : PAUSE_MS);
    },
    { immediate: true },
  );
  return found;
}

/* 约 40 米，3 天前，同一类别，都写了“井盖” */
export function reasonsOf(s: PublicSimilar | SimilarCase, now: number): string {
  const reported = typeof s.reported === 'string' ? Date.parse(s.reported) : s.reported;
  const days = reported === undefined ? undefined : Math.max(0, Math.floor((now - reported) / DAY_MS));
  const area = 'area_name' in s ? s.area_name : undefined;
  const where =
    'same_place' in s && s.same_place
      ? say('同一楼栋', 'the same building')
      : s.distance_m !== undefined
        ? say(`约 ${s.distance_m} 米`, `about ${s.distance_m} m away`)
        : area && say(`${area}内`, `in ${area}`);
  return [
    where,
    days !== undefined && (days === 0 ? say('今天上报', 'reported today') : say(`${days} 天前上报`, days === 1 ? 'reported a day ago' : `reported ${days} days ago`)),
    s.same_category && say('同一类别', 'the same category'),
    s.because && say(`都有“${s.because}”`, `both say “${s.because}”`),
  ]
    .filter(Boolean)
    .join(say('，', ', '));
}
