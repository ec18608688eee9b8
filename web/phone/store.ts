/* store – what this phone keeps: IndexedDB, every write waited for until it is on the
 * disk, so that "kept" is true when the page says it. Two boxes: `outbox`, what is on its
 * way to the server, and `kept`, copies of what the server said and drafts.
 *
 * Where a browser has no IndexedDB (some private windows) everything lives as long as the
 * page does, and `fleeting` says so: the page tells it instead of promising. */
import { ref } from 'vue';

import { say } from '../shared/modes';

export type Box = 'outbox' | 'kept';
const BOXES: Box[] = ['outbox', 'kept'];
const NAME = 'jingwei-phone';

export const fleeting = ref(false);
const memory = { outbox: new Map<string, unknown>(), kept: new Map<string, unknown>() };

/* Not kept; the sentence says why and what to do. */
export class NotKept extends Error {}

let opened: Promise<IDBDatabase | null> | null = null;

function open(): Promise<IDBDatabase | null> {
  opened ??= new Promise((done) => {
    const without = () => {
      fleeting.value = true;
      done(null);
    };
    try {
      const ask = indexedDB.open(NAME, 1);
      ask.onupgradeneeded = () => BOXES.forEach((b) => ask.result.createObjectStore(b));
      ask.onsuccess = () => {
        ask.result.onversionchange = () => ask.result.close();
        done(ask.result);
      };
      ask.onerror = without;
    } catch {
      without();
    }
  });
  return opened;
}

function notKept(e: DOMException | null): NotKept {
  return new NotKept(
    e?.name === 'QuotaExceededError'
      ? say('手机存储满了，没有存下。请删掉一些照片或应用，再按一次；您写的还在这一页上。', 'The phone is full, so this was not kept. Delete some photos or apps and press again; what you wrote is still on this page.')
      : say('手机没有存下。请再按一次；您写的还在这一页上。', 'The phone did not keep this. Press again; what you wrote is still on this page.'),
  );
}

export type Change = { box: Box; key: string; value?: unknown }; // without a value: dropped

/* All of them or none. */
export async function change(changes: Change[]): Promise<void> {
  const db = await open();
  if (!db) {
    for (const c of changes) c.value === undefined ? memory[c.box].delete(c.key) : memory[c.box].set(c.key, c.value);
    return;
  }
  await new Promise<void>((done, fail) => {
    const all = db.transaction([...new Set(changes.map((c) => c.box))], 'readwrite', { durability: 'strict' });
    all.oncomplete = () => done();
    all.onabort = () => fail(notKept(all.error));
    try {
      for (const c of changes) c.value === undefined ? all.objectStore(c.box).delete(c.key) : all.objectStore(c.box).put(c.value, c.key);
    } catch (e) {
      all.onabort = null;
      all.abort();
      fail(notKept(e instanceof DOMException ? e : null));
    }
  });
}

export const put = (box: Box, key: string, value: unknown) => change([{ box, key, value }]);
export const drop = (box: Box, key: string) => change([{ box, key }]);

function ask<T>(box: Box, how: (b: IDBObjectStore) => IDBRequest<T>, without: () => T): Promise<T> {
  return open().then((db) =>
    db
      ? new Promise<T>((done, fail) => {
          const asked = how(db.transaction(box).objectStore(box));
          asked.onsuccess = () => done(asked.result);
          asked.onerror = () => fail(asked.error);
        })
      : without(),
  );
}

export const get = <T>(box: Box, key: string) => ask<T | undefined>(box, (b) => b.get(key), () => memory[box].get(key) as T | undefined);
export const all = <T>(box: Box) => ask<T[]>(box, (b) => b.getAll(), () => [...memory[box].values()] as T[]);
export const keys = (box: Box) => ask<string[]>(box, (b) => b.getAllKeys() as IDBRequest<string[]>, () => [...memory[box].keys()]);
