/* outbox – what was written on this phone, on its way to the server. An item is on the
 * disk before the page says that it is kept, and goes out when there is a network: at the
 * start, when the network comes back, when the page is looked at again, and by a button.
 *
 *   waiting   kept here; photos first, each under a key of its own, then the write itself
 *   sent      the server has said so
 *   refused   the server has said why not; it stays as a draft that can be changed
 *
 * Nothing doubles: the key of an item and, from its first try on, its very bytes stay the
 * same, so that a try whose answer was lost is repeated as the same write. Nothing is
 * lost: only the server's yes, or its owner's hand, takes an item away. Whose it is goes
 * with it: what one person wrote is never sent as another. */
import { computed, ref, shallowRef } from 'vue';

import { Problem, postSame } from '../shared/api/client';
import type { CaseAct } from '../shared/api/types';
import { newKey, upload } from '../shared/photos';
import { owner, whoAmI } from './session';
import { NotKept, all, change, put, type Change } from './store';

export type Side = 'photos' | 'before' | 'after';
export type ItemPhoto = { key: string; side: Side; bytes: ArrayBuffer; claim?: string };
export type Item = {
  id: string; // the client key of the write
  owner: string;
  kind: 'report' | 'settle' | 'step' | 'visit';
  title: string;
  path: string;
  what: Record<string, unknown>; // without the claims of the photos
  photos: ItemPhoto[];
  made: number;
  state: 'waiting' | 'sent' | 'refused';
  body?: string; // as it went out first
  renewed?: boolean; // its photos had to be uploaded once more
  told?: string;
  field?: string;
  conflict?: boolean; // somebody else was faster
  ended?: number;
  code?: string; // of the case that came of it
  of?: string; // the case that a step belongs to
  act?: CaseAct;
};

const SENT_KEPT = 20;
const STRANGE = 'client_key_reused';

const items = shallowRef<Item[]>([]);
export const sending = ref(false);
export const synced = ref(0); // when the server last took something
export const stuck = ref(''); // why the last round ended early

export const mine = computed(() => items.value.filter((i) => i.owner === owner.value));
export const waiting = computed(() => mine.value.filter((i) => i.state === 'waiting'));
export const refused = computed(() => mine.value.filter((i) => i.state === 'refused'));
export const sent = computed(() => mine.value.filter((i) => i.state === 'sent'));
/* Of other people, or of another post: they wait for whoever wrote them. */
export const others = computed(() => items.value.filter((i) => i.owner !== owner.value && i.state !== 'sent'));

export const itemOf = (id: string): Item | undefined => items.value.find((i) => i.id === id);
/* The step that waits, or was refused, at a case. */
export const stepAt = (id: string | undefined): Item | undefined => mine.value.find((i) => i.kind === 'step' && i.of === id && i.state !== 'sent');

const bell = 'BroadcastChannel' in window ? new BroadcastChannel('jingwei-outbox') : null;

export async function reread(): Promise<void> {
  items.value = (await all<Item>('outbox')).sort((a, b) => a.made - b.made);
}
if (bell) bell.onmessage = () => void reread();

async function changed(): Promise<void> {
  await reread();
  bell?.postMessage('');
}

/* ---- by hand ---- */

export type NewItem = Pick<Item, 'kind' | 'title' | 'path' | 'what' | 'photos' | 'of' | 'act'>;

/* Kept when it returns; throws NotKept otherwise, and then nothing has changed. What it
 * takes the place of, an item that was refused and a draft, goes in the same breath. */
export async function add(what: NewItem, instead?: string, draft?: string): Promise<Item> {
  const item: Item = { ...what, id: newKey(), owner: owner.value, made: Date.now(), state: 'waiting' };
  const gone: Change[] = [];
  if (instead) gone.push({ box: 'outbox', key: instead });
  if (draft) gone.push({ box: 'kept', key: draft });
  await change([{ box: 'outbox', key: item.id, value: item }, ...gone]);
  await changed();
  void send();
  return item;
}

export async function discard(id: string): Promise<void> {
  await change([{ box: 'outbox', key: id }]);
  await changed();
}

/* ---- on its way ---- */

const claimsOf = (item: Item, side: Side) => item.photos.filter((p) => p.side === side).map((p) => p.claim).join(' ');

function bodyOf(item: Item): string {
  const what = { ...item.what };
  for (const side of ['photos', 'before', 'after'] as const) if (claimsOf(item, side)) what[side] = claimsOf(item, side);
  return JSON.stringify(what);
}

/* The claims of its photos are older than a day: the server has said that nothing came of
 * this write, so a new one with the same photos may take its place. */
async function renew(item: Item): Promise<Item> {
  const again: Item = { ...item, id: newKey(), body: undefined, renewed: true, photos: item.photos.map((p) => ({ ...p, key: newKey(), claim: undefined })) };
  await change([
    { box: 'outbox', key: item.id },
    { box: 'outbox', key: again.id, value: again },
  ]);
  return again;
}

async function sendPhotos(item: Item): Promise<void> {
  for (const photo of item.photos.filter((p) => !p.claim)) {
    photo.claim = (await upload(new Blob([photo.bytes], { type: 'image/jpeg' }), photo.key, () => undefined, item.owner)).claim;
    await put('outbox', item.id, item);
  }
}

async function sendOne(item: Item): Promise<void> {
  if (!item.body) {
    await sendPhotos(item);
    item.body = bodyOf(item);
    await put('outbox', item.id, item); // before it goes: a repeat is the same write
  }
  const got = await postSame<{ code?: string; id?: string }>(item.path, item.body, item.id, item.owner);
  await put('outbox', item.id, { ...item, state: 'sent', photos: [], body: undefined, told: undefined, ended: Date.now(), code: got.code, of: item.of ?? got.id });
  synced.value = Date.now();
}

const isGone = (p: Problem) => p.code === 'photo_gone';
/* Nobody is signed in, or by now somebody else, perhaps in another window. */
const isOther = (p: Problem) => p.status === 401 || p.code === 'meant_for_another';
/* Not for ever: no answer, or too much at once. */
const later = (p: Problem) => p.unanswered || isOther(p) || p.status === 408 || p.status === 429;

/* False: there is no network or nobody is signed in, so the next would fail as well. */
async function tryOne(item: Item): Promise<boolean> {
  try {
    await sendOne(item);
  } catch (e) {
    if (!(e instanceof Problem)) throw e;
    if (later(e)) {
      stuck.value = e.detail;
      if (isOther(e)) await whoAmI();
      return e.status !== 0 && !isOther(e);
    }
    if (isGone(e) && !item.renewed) return tryOne(await renew(item));
    await put('outbox', item.id, { ...item, state: 'refused', told: e.detail, field: e.field, conflict: e.status === 409 && e.code !== STRANGE, ended: Date.now() });
  }
  return true;
}

async function tidy(): Promise<void> {
  const old = sent.value.slice(0, Math.max(0, sent.value.length - SENT_KEPT));
  if (old.length) await change(old.map((i) => ({ box: 'outbox' as const, key: i.id })));
}

async function round(): Promise<void> {
  const tried = new Set<string>();
  stuck.value = '';
  for (;;) {
    await reread();
    const next = waiting.value.find((i) => !tried.has(i.id));
    if (!next) break;
    tried.add(next.id);
    const on = await tryOne({ ...next, photos: next.photos.map((p) => ({ ...p })) });
    await changed();
    if (!on) return;
  }
  await tidy();
  await changed();
}

/* One round at a time, over all windows of this phone where the browser can say so; where
 * it cannot, two send the same write under the same key. */
let running: Promise<void> | null = null;
let again = false;

async function rounds(): Promise<void> {
  sending.value = true;
  try {
    while (again) {
      again = false;
      if (owner.value) await (navigator.locks ? navigator.locks.request('jingwei-outbox', round) : round());
    }
  } catch (e) {
    if (!(e instanceof NotKept)) throw e;
    stuck.value = e.message; // it waits as before, and is sent again as the same
  } finally {
    sending.value = false;
  }
}

/* Whoever asks while a round is on its way gets one more after it. With nobody signed in
 * the rounds are over before they are waited for, hence the end is told by finally(). */
export function send(): Promise<void> {
  again = true;
  running ??= rounds().finally(() => {
    running = null;
    if (again) void send();
  });
  return running;
}

export function keepSending(): void {
  window.addEventListener('online', () => void send());
  window.addEventListener('pageshow', () => void send());
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && void send());
}
