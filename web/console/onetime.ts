/* onetime – a password that is good for once: said aloud or written down without mistakes
 * (no 0 and O, no 1, l and I), and not to be guessed. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';
const GROUPS = 4;

/* 20 of 32 letters: 100 bits. */
export function oneTimePassword(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(GROUPS * 5));
  const letters = Array.from(bytes, (b) => LETTERS[b % LETTERS.length]).join('');
  return (letters.match(/.{5}/g) ?? []).join('-');
}
