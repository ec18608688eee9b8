/* found – what in the draft names people: the server looks before it is sent, keeps
 * nothing, and takes the same out when it is. An answer belongs to the words it was
 * asked about; without one nothing is shown, for the server looks again. */
import { computed, ref } from 'vue';

import { ask } from '../shared/api/client';
import type { NamedWords } from '../shared/api/types';
import { draft } from './draft';

const words = () => ({ text: draft.text.trim() || undefined, spot: draft.spot.trim() || undefined });
const answer = ref<{ about: string; found: NamedWords[] }>({ about: '', found: [] });

export const found = computed(() => (answer.value.about === JSON.stringify(words()) ? answer.value.found : []));

export async function look(): Promise<void> {
  const about = JSON.stringify(words());
  if (answer.value.about === about) return;
  try {
    const got = await ask<{ items?: NamedWords[] }>('/api/1/report/look', words());
    answer.value = { about, found: got.items ?? [] };
  } catch {
    /* it is a help; what names people is taken out all the same */
  }
}
