/* draft – what a resident has typed, kept on the phone until it was received; and
 * the list of what this phone has reported. */
import { reactive, watch } from 'vue';

import { Writer } from '../shared/api/client';
import { case_report_form, type CaseReport } from '../shared/api/types';
import { forget, recallJson, remember } from '../shared/keep';
import { lang } from '../shared/modes';

export type Draft = {
  step: 1 | 2 | 3;
  spot: string;
  lon?: number;
  lat?: number;
  accuracy_m?: number;
  place?: string;
  place_name?: string;
  place_by_words?: boolean; // filled in because the words mean it and no other
  rooms?: string[]; // room numbers in the words: they go with the contact, or not at all
  text: string;
  danger: boolean;
  about?: '' | 'unit' | 'centre'; // whom it is about, when it is about somebody who deals with reports
  category: string;
  reachable: boolean;
  name: string;
  contact: string;
  photos: string[]; // claims of what was sent already
  linked_code?: string; // of the closed case that came back
  in_english?: boolean; // as it was first sent: the switch must not make it another report
};

const empty = (): Draft => ({ step: 1, spot: '', text: '', danger: false, category: '', reachable: false, name: '', contact: '', photos: [] });

export const draft = reactive<Draft>({ ...empty(), ...recallJson<Partial<Draft>>('draft') });
watch(draft, () => remember('draft', JSON.stringify(draft)), { deep: true });

export function clearDraft(): void {
  for (const key of Object.keys(draft) as (keyof Draft)[]) delete draft[key];
  Object.assign(draft, empty());
}

/* The key of a report under way outlives a reload, so that "send again" is the
 * same report even when the first one did arrive. */
export const sender = new Writer({
  load: () => recallJson('sending'),
  save: (pending) => (pending ? void remember('sending', JSON.stringify(pending)) : forget('sending')),
});

/* As far as the field holds it: the way to reach somebody comes first. */
function withRooms(d: Draft): string {
  const rooms = (d.rooms ?? []).join(' ');
  const both = rooms ? `${d.contact.trim()} ${rooms}` : d.contact.trim();
  return Array.from(both).length <= (case_report_form.contact.max ?? 100) ? both : d.contact.trim();
}

export function reportOf(d: Draft): CaseReport {
  d.in_english ??= lang.value === 'en';
  const r: CaseReport = { text: d.text.trim() };
  if (d.in_english) r.in_english = true;
  const spot = (d.rooms ?? []).reduce((words, room) => words.replace(room, ''), d.spot).trim();
  if (spot) r.spot = spot;
  if (d.place) r.place = d.place;
  else if (d.lon !== undefined && d.lat !== undefined) {
    r.lon = d.lon;
    r.lat = d.lat;
  }
  if (d.linked_code) r.linked_code = d.linked_code;
  if (d.photos.length) r.photos = d.photos.join(' ');
  if (d.danger) r.danger = true;
  if (d.about) r.about = d.about;
  if (d.category) r.category = d.category;
  if (d.reachable) {
    if (d.name.trim()) r.name = d.name.trim();
    r.contact = withRooms(d);
  }
  return r;
}

/* ---- 我的: what this phone has reported ---- */

export type Mine = { code: string; secret?: string; title: string; reported: number };
const MINE_MOST = 100;

export const mine = reactive<Mine[]>(recallJson<Mine[]>('mine') ?? []);

/* True: it stayed on the phone. */
function keepMine(): boolean {
  return remember('mine', JSON.stringify(mine));
}
export function addMine(m: Mine): boolean {
  mine.unshift(m);
  mine.splice(MINE_MOST);
  return keepMine();
}
export function dropMine(code: string): void {
  const at = mine.findIndex((m) => m.code === code);
  if (at >= 0) mine.splice(at, 1);
  keepMine();
}
