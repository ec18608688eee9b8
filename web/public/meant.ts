/* meant – which place the words of an address mean, as they are typed. The server reads
 * them; one clear place is filled in and may be changed, several are asked. Room numbers
 * in the words belong to the contact, not to the place. */
import { ref, watch } from 'vue';

import { ask, getAll } from '../shared/api/client';
import type { Place, PlaceHit, PlaceLocated } from '../shared/api/types';
import { draft } from './draft';

const TYPING_MS = 300;
const PROPOSALS = 3;

export const hits = ref<PlaceHit[]>([]);

let refused = ''; // the words for which the resident said that it is not here

export function choose(p: PlaceHit, by_words: boolean): void {
  Object.assign(draft, { place: p.id, place_name: p.name, place_by_words: by_words, lon: undefined, lat: undefined, accuracy_m: undefined });
  hits.value = [];
}

function unfill(): void {
  if (draft.place_by_words) draft.place = draft.place_name = draft.place_by_words = undefined;
}

/* It is not here: then the words are asked about, and do not fill it in again. */
export function drop(): void {
  const by_words = draft.place_by_words;
  draft.place = draft.place_name = draft.place_by_words = undefined;
  if (!by_words) return;
  refused = draft.spot;
  void read(draft.spot);
}

/* Words that are no address may be a part of a name. */
async function named(words: string): Promise<PlaceHit[]> {
  try {
    const found = await getAll<Place>('/api/1/places', { name: words.trim(), limit: PROPOSALS });
    return draft.spot === words ? found.slice(0, PROPOSALS) : [];
  } catch {
    return [];
  }
}

async function read(words: string): Promise<void> {
  let got: PlaceLocated;
  try {
    got = await ask<PlaceLocated>('/api/1/places/locate', { text: words.trim() });
  } catch {
    return; // it is a help; the words alone are enough
  }
  if (draft.spot !== words) return;
  draft.rooms = (got.rooms ?? []).flatMap((r) => r.word ?? []);
  const [first] = got.places ?? [];
  if (got.verdict === 'certain' && first && refused !== words) choose(first, true);
  else {
    unfill();
    hits.value = got.places?.length ? got.places : await named(words);
  }
}

/* A place that was scanned or chosen stays, whatever is written beside it. */
export function watchWords(): void {
  let timer = 0;
  watch(
    () => draft.spot,
    (words) => {
      window.clearTimeout(timer);
      hits.value = [];
      if (draft.place && !draft.place_by_words) return;
      if (Array.from(words.trim()).length >= 2) timer = window.setTimeout(() => void read(words), TYPING_MS);
      else {
        draft.rooms = [];
        unfill();
      }
    },
  );
}
