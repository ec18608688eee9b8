/* Three entries, public, console and phone, built for the phones and desks that are really
 * in use. The build prints what a first visit loads and fails over budget, and tells the
 * phone's service worker which files its page is made of. */
import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

import vue from '@vitejs/plugin-vue';
import { defineConfig, type Plugin, type Rollup } from 'vite';

/* Rooms of the console that come when they are opened (console/rooms.ts), some with the map: one at a time. */
const rooms = ['Audit', 'Codes', 'Coverage', 'Deliveries', 'LayersRoom', 'People', 'Petitions', 'Planner', 'Roster', 'Settings', 'Visits'].map((room) => `${room}.vue`);

/* Kilobytes of gzip. `later` counts what the entry loads on demand (the map) too, but for
 * the rooms that come when they are opened; `room` is the one of them that is. */
type Budget = { page: string; name: string; most: number; later: boolean; room?: string };
const budgets: Budget[] = [
  { page: 'index.html', name: 'public', most: 100, later: false },
  { page: 'phone/index.html', name: 'phone, without the map', most: 100, later: false },
  { page: 'console/index.html', name: 'console, with the map', most: 250, later: true },
  ...rooms.map((room) => ({ page: 'console/index.html', name: `console, with the map and ${room}`, most: 260, later: true, room })),
];

/* The files that an entry loads at once; with `later`, also on demand. */
function filesOf(bundle: Rollup.OutputBundle, page: string, later: boolean, room?: string): string[] {
  const elsewhere = rooms.filter((r) => r !== room).map((r) => `/console/${r}`);
  const opened = (file: string) => !elsewhere.some((r) => (bundle[file] as Rollup.OutputChunk | undefined)?.facadeModuleId?.endsWith(r));
  const seen = new Set<string>([page]);
  const take = (file: string) => {
    const part = bundle[file];
    if (seen.has(file) || !part) return;
    seen.add(file);
    if (part.type !== 'chunk') return;
    const chunk = part as Rollup.OutputChunk & { viteMetadata?: { importedCss: Set<string> } };
    chunk.viteMetadata?.importedCss.forEach((css) => seen.add(css));
    chunk.imports.forEach(take);
    if (later) chunk.dynamicImports.filter(opened).forEach(take);
  };
  for (const part of Object.values(bundle)) if (part.type === 'chunk' && part.isEntry && part.facadeModuleId?.endsWith(`/web/${page}`)) take(part.fileName);
  return [...seen];
}

function budget(): Plugin {
  return {
    name: 'budget',
    writeBundle(options, bundle) {
      const sizeOf = (file: string) => gzipSync(readFileSync(`${options.dir}/${file}`), { level: 9 }).length;
      for (const b of budgets) {
        const files = filesOf(bundle, b.page, b.later, b.room);
        const kb = files.reduce((sum, file) => sum + sizeOf(file), 0) / 1000;
        this.info(`first load of ${b.name}: ${kb.toFixed(1)} KB gzip of ${b.most} allowed (${files.length} files)`);
        if (files.length < 3) this.error(`${b.page}: its entry was not found, so nothing was measured`);
        if (kb > b.most) this.error(`${b.name} is over its budget of ${b.most} KB`);
      }
    },
  };
}

/* What the phone keeps to open without a network; named by what is in it, so that a new
 * build is a new version and an unchanged one is not. */
function shell(): Plugin {
  return {
    name: 'shell',
    writeBundle(options, bundle) {
      const files = filesOf(bundle, 'phone/index.html', false);
      const hash = createHash('sha256');
      for (const file of files) hash.update(readFileSync(`${options.dir}/${file}`));
      const paths = files.map((file) => (file === 'phone/index.html' ? '/phone/' : `/${file}`));
      const worker = readFileSync('phone/sw.js', 'utf8').replace("'%SHELL%'", JSON.stringify(paths)).replace('%VERSION%', hash.digest('hex').slice(0, 16));
      writeFileSync(`${options.dir}/phone/sw.js`, worker);
      for (const file of ['app.webmanifest', 'icon.svg', 'icon-180.png', 'icon-192.png', 'icon-512.png']) copyFileSync(`phone/${file}`, `${options.dir}/phone/${file}`);
    },
  };
}

export default defineConfig({
  plugins: [vue(), budget(), shell()],
  publicDir: false, // public/ is an entry of ours, not Vite's folder of that name
  define: { __VUE_OPTIONS_API__: false, __VUE_PROD_DEVTOOLS__: false },
  build: {
    target: ['chrome87', 'safari14'],
    assetsInlineLimit: 0, // the server's CSP allows no inline script
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
    rollupOptions: { input: ['index.html', 'console/index.html', 'phone/index.html'] },
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': process.env.JW_URL ?? 'http://127.0.0.1:8080' },
  },
});
