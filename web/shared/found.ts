/* found – what names people in words that are about to be sent: the server looks, keeps
 * nothing, and takes the same out when they are. An answer belongs to the words it was
 * asked about; without one nothing is shown, for the server looks again. */
import { computed, ref, type ComputedRef } from 'vue';

import { ask } from './api/client';
import type { NamedWords, ReportLook } from './api/types';

export type Finder = {
  found: ComputedRef<NamedWords[]>;
  look: () => Promise<void>;
  /* True: nothing is in them, or it was on the page already when this was asked. */
  shown: () => Promise<boolean>;
};

/* On the street the network may be bad, and what is written goes into the phone first. */
export const STREET_MS = 2_000;

/* Nobody waits longer than `patience_ms`. */
export function finder(words: () => ReportLook, patience_ms = Infinity): Finder {
  const answer = ref<{ about: string; found: NamedWords[] }>({ about: '{}', found: [] });
  const about = () => JSON.stringify(words());
  const found = computed(() => (answer.value.about === about() ? answer.value.found : []));

  async function look(): Promise<void> {
    const asked = about();
    if (answer.value.about === asked) return;
    try {
      const got = await ask<{ items?: NamedWords[] }>('/api/1/report/look', words());
      answer.value = { about: asked, found: got.items ?? [] };
    } catch {
      /* it is a help; what names people is taken out all the same */
    }
  }

  async function shown(): Promise<boolean> {
    if (found.value.length || !navigator.onLine) return true;
    const enough = new Promise<void>((done) => patience_ms < Infinity && setTimeout(done, patience_ms));
    await Promise.race([look(), enough]);
    return found.value.length === 0;
  }
  return { found, look, shown };
}
