/* told – one short sentence at the foot of the page, read aloud, gone after a while. */
import { ref } from 'vue';

export const told = ref('');
const SHOWN_MS = 6_000;
let timer = 0;

export function tell(sentence: string): void {
  told.value = sentence;
  window.clearTimeout(timer);
  timer = window.setTimeout(() => (told.value = ''), SHOWN_MS);
}
