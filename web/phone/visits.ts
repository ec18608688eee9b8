/* visits – the rounds that run, their buildings, doors that ask not to be visited, and the
 * stool sessions of these days: from the server when it answers, else as they were kept. A
 * knock goes through the outbox; what waits there is counted beside what the server said. */
import { computed, ref, shallowRef } from 'vue';

import { getAll, problem } from '../shared/api/client';
import type { NoVisitShown, StoolSessionShown, VisitRoundShown, VisitShown, VisitStopShown } from '../shared/api/types';
import { dayOf, now } from '../shared/time';
import { waiting, type Item } from './outbox';
import { owner } from './session';
import { get as kept, put } from './store';

export const ROUNDS = 20;
const DAY_MS = 86_400_000;

type Round = { round: VisitRoundShown; stops: VisitStopShown[]; doors: VisitShown[]; refusing: NoVisitShown[] };
type Kept = { rounds: Round[]; sessions: StoolSessionShown[]; at: number };

export const rounds = shallowRef<Round[]>([]);
export const sessions = shallowRef<StoolSessionShown[]>([]);
export const asOf = ref(0);
export const loading = ref(false);
export const failed = ref('');
export const unreached = ref(false);

const name = () => `${owner.value}/visits`;

export async function recall(): Promise<void> {
  const before = await kept<Kept>('kept', name());
  if (before && !asOf.value) [rounds.value, sessions.value, asOf.value] = [before.rounds, before.sessions, before.at];
}

async function read(r: VisitRoundShown): Promise<Round> {
  const of = `/api/1/visits/rounds/${r.id}`;
  const [stops, doors, refusing] = await Promise.all([
    getAll<VisitStopShown>(`${of}/buildings`),
    getAll<VisitShown>(`${of}/doors`),
    getAll<NoVisitShown>('/api/1/visits/refusals', { within: r.area }),
  ]);
  return { round: r, stops, doors, refusing };
}

export async function load(): Promise<void> {
  if (loading.value || !owner.value) return;
  loading.value = true;
  const mine = owner.value;
  failed.value = '';
  try {
    await recall();
    const [list, benches] = await Promise.all([
      getAll<VisitRoundShown>('/api/1/visits/rounds', { running: true, limit: ROUNDS }),
      getAll<StoolSessionShown>('/api/1/stool-sessions', { from: dayOf(now.value - 7 * DAY_MS), to: dayOf(now.value) }),
    ]);
    const read_all = await Promise.all(list.map(read));
    if (mine !== owner.value) return;
    [rounds.value, sessions.value, asOf.value, unreached.value] = [read_all, benches.filter((s) => !s.cancelled), Date.now(), false];
    await put('kept', name(), { rounds: rounds.value, sessions: sessions.value, at: asOf.value }).catch(() => undefined); // shown now, not without a network
  } catch (e) {
    const p = problem(e);
    unreached.value = p.unanswered;
    failed.value = p.detail;
  } finally {
    loading.value = false;
  }
}

export function clearVisits(): void {
  [rounds.value, sessions.value, asOf.value, failed.value] = [[], [], 0, ''];
}

const knocks = computed(() => waiting.value.filter((i) => i.kind === 'visit'));
export const knocksAt = (round: string | undefined, place: string | undefined): Item[] => knocks.value.filter((i) => i.what.round === round && i.what.place === place);
