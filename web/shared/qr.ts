/* qr – a text as a QR code (ISO/IEC 18004): bytes, error correction M (a seventh may be
 * scratched), versions 1 to 10, which hold 213 bytes. Reads nothing, draws nothing: gives
 * the rows of dark modules, and an SVG path of them. Decision 0022. */

export const QR_BYTES_MOST = 213;

/* By version: error-correction bytes of a block, and the data bytes of each block. */
const BLOCKS: [number, number[]][] = [
  [10, [16]],
  [16, [28]],
  [26, [44]],
  [18, [32, 32]],
  [24, [43, 43]],
  [16, [27, 27, 27, 27]],
  [18, [31, 31, 31, 31]],
  [22, [38, 38, 39, 39]],
  [22, [36, 36, 36, 37, 37]],
  [26, [43, 43, 43, 43, 44]],
];
const ALIGNED = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]];
const sum = (list: number[]) => list.reduce((a, b) => a + b, 0);

/* ---- the field of 256 elements, and its polynomials ---- */

const EXP: number[] = [];
const LOG: number[] = [];
for (let i = 0, x = 1; i < 255; i++) {
  EXP[i] = x;
  LOG[x] = i;
  x = x & 128 ? (x << 1) ^ 0x11d : x << 1;
}
const times = (a: number, b: number) => (a && b ? EXP[(LOG[a] + LOG[b]) % 255] : 0);

function correction(data: number[], n: number): number[] {
  let divisor = [1];
  for (let i = 0; i < n; i++) divisor = [...divisor, 0].map((c, k) => c ^ (k ? times(divisor[k - 1], EXP[i]) : 0));
  const rest = [...data, ...Array<number>(n).fill(0)];
  for (let i = 0; i < data.length; i++) {
    const lead = rest[i];
    if (lead) divisor.forEach((c, k) => (rest[i + k] ^= times(c, lead)));
  }
  return rest.slice(data.length);
}

/* The remainder of `value`, shifted, by a binary polynomial: format and version words. */
function remainder(value: number, polynomial: number, bits: number): number {
  let r = value << bits;
  for (let top = 31 - Math.clz32(polynomial); r >= 1 << top; ) r ^= polynomial << (31 - Math.clz32(r) - top);
  return (value << bits) | r;
}

/* ---- text to codewords ---- */

function codewords(bytes: Uint8Array, version: number): number[] {
  const [ec, sizes] = BLOCKS[version - 1];
  const room = sum(sizes) * 8;
  const bits: number[] = [];
  const put = (value: number, n: number) => {
    for (let i = n - 1; i >= 0; i--) bits.push((value >> i) & 1);
  };
  put(4, 4); // bytes
  put(bytes.length, version < 10 ? 8 : 16);
  bytes.forEach((b) => put(b, 8));
  put(0, Math.min(4, room - bits.length));
  put(0, (8 - (bits.length % 8)) % 8);
  for (let pad = 0xec; bits.length < room; pad ^= 0xec ^ 0x11) put(pad, 8);
  const data = Array.from({ length: bits.length / 8 }, (_, i) => Number.parseInt(bits.slice(i * 8, i * 8 + 8).join(''), 2));
  let at = 0;
  const blocks = sizes.map((n) => data.slice(at, (at += n)));
  const checks = blocks.map((b) => correction(b, ec));
  const woven = (lists: number[][]) => Array.from({ length: Math.max(...lists.map((l) => l.length)) }, (_, i) => lists.flatMap((l) => (i < l.length ? [l[i]] : []))).flat();
  return [...woven(blocks), ...woven(checks)];
}

/* ---- codewords to modules ---- */

type Grid = (boolean | null)[][]; // null: free for data

function frame(version: number): Grid {
  const n = 17 + 4 * version;
  const g: Grid = Array.from({ length: n }, () => Array<boolean | null>(n).fill(null));
  const square = (y: number, x: number, r: number, dark: (ring: number) => boolean) => {
    for (let dy = -r; dy <= r; dy++)
      for (let dx = -r; dx <= r; dx++) if (g[y + dy]?.[x + dx] !== undefined) g[y + dy][x + dx] = dark(Math.max(Math.abs(dy), Math.abs(dx)));
  };
  for (let i = 0; i < n; i++) g[6][i] = g[i][6] = i % 2 === 0;
  for (const [y, x] of [[3, 3], [3, n - 4], [n - 4, 3]]) square(y, x, 4, (ring) => ring !== 2 && ring !== 4);
  const at = ALIGNED[version - 1];
  const last = at.length - 1;
  at.forEach((y, i) => at.forEach((x, k) => (i === 0 && (k === 0 || k === last)) || (i === last && k === 0) || square(y, x, 2, (ring) => ring !== 1)));
  for (let i = 0; i < 9; i++) {
    if (g[8][i] === null) g[8][i] = false;
    if (g[i][8] === null) g[i][8] = false;
    if (i < 8) g[8][n - 1 - i] = g[n - 1 - i][8] = i === 7;
  }
  g[8][n - 8] = false;
  if (version >= 7)
    for (let i = 0, word = remainder(version, 0x1f25, 12); i < 18; i++) {
      const [a, b] = [Math.floor(i / 3), n - 11 + (i % 3)];
      g[a][b] = g[b][a] = ((word >> i) & 1) === 1;
    }
  return g;
}

const MASKS: ((y: number, x: number) => boolean)[] = [
  (y, x) => (y + x) % 2 === 0,
  (y) => y % 2 === 0,
  (_y, x) => x % 3 === 0,
  (y, x) => (y + x) % 3 === 0,
  (y, x) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2 === 0,
  (y, x) => ((y * x) % 2) + ((y * x) % 3) === 0,
  (y, x) => (((y * x) % 2) + ((y * x) % 3)) % 2 === 0,
  (y, x) => (((y + x) % 2) + ((y * x) % 3)) % 2 === 0,
];

function filled(free: Grid, words: number[], mask: number): boolean[][] {
  const n = free.length;
  const g = free.map((row) => row.map((m) => m === true));
  let bit = 0;
  for (let right = n - 1, up = true; right > 0; right -= 2, up = !up) {
    if (right === 6) right = 5; // the timing column is skipped
    for (let i = 0; i < n; i++)
      for (const x of [right, right - 1]) {
        const y = up ? n - 1 - i : i;
        if (free[y][x] !== null) continue;
        const dark = bit < words.length * 8 && ((words[bit >> 3] >> (7 - (bit & 7))) & 1) === 1;
        g[y][x] = dark !== MASKS[mask](y, x);
        bit++;
      }
  }
  const word = remainder(mask, 0x537, 10) ^ 0x5412; // level M is 00
  for (let i = 0; i < 15; i++) {
    const dark = ((word >> i) & 1) === 1;
    if (i < 8) g[8][n - 1 - i] = dark;
    else g[n - 15 + i][8] = dark;
    if (i < 6) g[i][8] = dark;
    else if (i < 8) g[i + 1][8] = dark;
    else g[8][i === 8 ? 7 : 14 - i] = dark;
  }
  return g;
}

/* How hard it is to read, as the standard counts it. */
function penalty(g: boolean[][]): number {
  const n = g.length;
  const lines = [...g, ...g.map((_, x) => g.map((row) => row[x]))].map((line) => line.map(Number).join(''));
  let p = 0;
  for (const line of lines) {
    for (const run of line.match(/0{5,}|1{5,}/g) ?? []) p += run.length - 2;
    for (const finder of ['10111010000', '00001011101']) for (let at = line.indexOf(finder); at >= 0; at = line.indexOf(finder, at + 1)) p += 40;
  }
  for (let y = 1; y < n; y++) for (let x = 1; x < n; x++) if (g[y][x] === g[y - 1][x] && g[y][x] === g[y][x - 1] && g[y][x] === g[y - 1][x - 1]) p += 3;
  const dark = sum(g.map((row) => row.filter(Boolean).length)) / (n * n);
  return p + 10 * Math.floor(Math.abs(dark * 100 - 50) / 5);
}

/* Rows of modules, dark ones true; null when the text is too long. */
export function qr(text: string): boolean[][] | null {
  const bytes = new TextEncoder().encode(text);
  const version = BLOCKS.findIndex(([, sizes], i) => bytes.length + (i < 9 ? 2 : 3) <= sum(sizes)) + 1;
  if (!version) return null;
  const words = codewords(bytes, version);
  const free = frame(version);
  const tries = MASKS.map((_, mask) => filled(free, words, mask));
  return tries.reduce((best, g) => (penalty(g) < penalty(best) ? g : best));
}

/* As a path of 1 × 1 squares, with the quiet zone of four. */
export function qrPath(modules: boolean[][]): { d: string; side: number } {
  const d = modules.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x + 4} ${y + 4}h1v1h-1z`] : []))).join('');
  return { d, side: modules.length + 8 };
}
