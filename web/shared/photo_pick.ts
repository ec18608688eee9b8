/* photo_pick – the photos that somebody has chosen and not yet sent with a report or
 * step: each is made a small JPEG here, shown by its own address, and goes up by itself;
 * what failed is tried again under the same key, so it never arrives twice. Every page
 * that takes photos keeps its list here; what it looks like is the page's.
 *
 * A page that sends later (the phone without a network) takes `taken()` alone and keeps
 * the blob and its key. */
import { reactive } from 'vue';

import { problem } from './api/client';
import { madeSmall, newKey, upload } from './photos';

export interface Picked {
  key: string; // the client key of its upload
  file: Blob; // a small JPEG, if this browser could read what was chosen
  url: string; // for <img>, until it is removed
  share: number; // how much of it is sent, 0 to 1
  claim: string; // once it has arrived: what names it in a report or step
  failed: string; // why it did not arrive, in the reader's language
}

export async function taken(file: Blob): Promise<Picked> {
  const small = await madeSmall(file);
  return { key: newKey(), file: small, url: URL.createObjectURL(small), share: 0, claim: '', failed: '' };
}

export interface Picking {
  photos: Picked[]; // reactive
  add(files: Iterable<File>): Promise<void>; // each is sent at once
  send(photo: Picked): Promise<void>; // again
  remove(photo: Picked): void;
  end(): void; // the page goes: gives the addresses back
}

/* `changed` is told whenever one has arrived or was taken away. */
export function picking(changed: () => void): Picking {
  const photos = reactive<Picked[]>([]);

  async function send(p: Picked): Promise<void> {
    p.failed = '';
    p.share = 0;
    try {
      p.claim = (await upload(p.file, p.key, (share) => (p.share = share))).claim ?? '';
      changed();
    } catch (e) {
      p.failed = problem(e).detail;
    }
  }

  return {
    photos,
    send,
    async add(files) {
      for (const file of files) {
        photos.push(await taken(file));
        void send(photos[photos.length - 1]!);
      }
    },
    remove(p) {
      URL.revokeObjectURL(p.url);
      photos.splice(photos.indexOf(p), 1);
      changed();
    },
    end: () => photos.forEach((p) => URL.revokeObjectURL(p.url)),
  };
}
