/* draft – a report being written: on the disk at every change, with its photos, until it
 * is in the outbox. One that was refused has a draft of its own, so that a new report
 * and a mended one do not meet. */
import { reactive, ref, shallowRef, watch } from 'vue';

import { titleOf } from '../shared/modes';
import { add, itemOf, type Item, type ItemPhoto, type NewItem } from './outbox';
import { owner } from './session';
import { NotKept, get, put } from './store';
import { lookups } from './tasks';
import { wordsOf } from './matters';

export type Draft = {
  place?: string;
  place_name?: string;
  round?: string; // raised on a visit of this round,
  session?: string; // or at this stool session
  lon?: number;
  lat?: number;
  accuracy_m?: number;
  spot: string;
  text: string;
  matter: string; // which tile
  category: string;
  danger: boolean;
  settling: boolean;
  condition: string;
  note: string;
  neighbour: boolean; // for a resident
  name: string;
  contact: string;
};
const empty = (): Draft => ({ spot: '', text: '', matter: '', category: '', danger: false, settling: false, condition: '', note: '', neighbour: false, name: '', contact: '' });

type Kept = { d: Draft; photos: ItemPhoto[] };

const TITLE_MOST = 24;
const plain = <T>(x: T): T => JSON.parse(JSON.stringify(x)) as T;

/* A refused item as a draft again. */
function draftOf(item: Item): Kept {
  const w = item.what as Partial<Draft> & { source?: string };
  const names = ['round', 'session', 'place', 'lon', 'lat', 'spot', 'text', 'category', 'danger', 'condition', 'note', 'name', 'contact'] as const;
  const d = { ...empty(), ...Object.fromEntries(names.flatMap((n) => (w[n] === undefined ? [] : [[n, w[n]]]))) };
  return { d: { ...d, settling: item.kind === 'settle', neighbour: !!w.contact }, photos: item.photos };
}

export async function openDraft(of = '') {
  const key = `${owner.value}/draft/${of || 'new'}`;
  const item = of ? itemOf(of) : undefined;
  const before = (await get<Kept>('kept', key)) ?? (item ? draftOf(item) : undefined);
  const d = reactive<Draft>({ ...empty(), ...before?.d });
  const photos = shallowRef<ItemPhoto[]>(before?.photos ?? []);
  const unkept = ref(''); // why what stands here is not on the disk

  /* One write at a time, and the last state always written. */
  let running: Promise<void> | null = null;
  let behind = false;
  async function write(): Promise<void> {
    while (behind) {
      behind = false;
      try {
        await put('kept', key, { d: plain(d), photos: photos.value });
        unkept.value = '';
      } catch (e) {
        if (!(e instanceof NotKept)) throw e;
        unkept.value = e.message;
      }
    }
    running = null;
  }
  const stop = watch([d, photos], () => {
    behind = true;
    running ??= write();
  });

  function newItem(): NewItem {
    const text = d.text.trim() || wordsOf(d.matter, d.category) || titleOf(lookups.value.conditions.find((k) => k.id === d.condition));
    const what: Record<string, unknown> = { text, occurred: Date.now() };
    if (d.spot.trim()) what.spot = d.spot.trim();
    if (d.place) what.place = d.place;
    else if (d.lon !== undefined) Object.assign(what, { lon: d.lon, lat: d.lat });
    if (d.round) what.round = d.round;
    else if (d.session) what.session = d.session;
    const raised = !!d.round || !!d.session;
    if (d.settling) {
      Object.assign(what, { condition: d.condition, note: d.note.trim() });
    } else {
      if (!raised) what.source = 'worker';
      if (d.category) what.category = d.category;
      if (d.danger) what.danger = true;
      if (d.neighbour && d.contact.trim()) what.contact = d.contact.trim();
      if (d.neighbour && d.name.trim()) what.name = d.name.trim();
    }
    // Photos of a report are from before; settling wants both sides named.
    const side = (p: ItemPhoto): ItemPhoto['side'] => (d.settling ? (p.side === 'photos' ? 'before' : p.side) : 'photos');
    return {
      kind: d.settling ? 'settle' : 'report',
      title: Array.from(text).slice(0, TITLE_MOST).join(''),
      path: raised ? (d.settling ? '/api/1/matters/settled' : '/api/1/matters') : d.settling ? '/api/1/cases/settled' : '/api/1/cases',
      what,
      photos: photos.value.filter((p) => d.settling || p.side !== 'after').map((p) => ({ ...p, side: side(p) })),
    };
  }

  /* Into the outbox, and the draft is gone, both or neither. */
  async function finish(): Promise<Item> {
    await running;
    const kept = await add(newItem(), item?.id, key);
    stop();
    return kept;
  }
  return { d, photos, unkept, item, finish };
}

export type OpenDraft = Awaited<ReturnType<typeof openDraft>>;
