/* sw – keeps the shell of the phone's page, so that it opens without a network. Nothing
 * else: what the server says is kept by the page (store.ts), what is on its way by its
 * outbox (outbox.ts), so no request of the API passes through here.
 *
 * The build writes the files of the shell and their version into the first two lines. A
 * new version waits until the page asks for it; until then the old one serves its own
 * files, which a newer server does not have any more. */
const SHELL = '%SHELL%';
const VERSION = '%VERSION%';
const OURS = 'jingwei-phone-';
const CACHE = OURS + VERSION;
const PAGE = '/phone/';

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(SHELL.map((path) => new Request(path, { cache: 'reload' })))));
});

async function takeOver() {
  const old = (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}
self.addEventListener('activate', (event) => event.waitUntil(takeOver()));
self.addEventListener('message', (event) => event.data === 'now' && self.skipWaiting());

/* A part that is loaded later (the map) is kept when it has come once. */
async function part(request) {
  const known = await caches.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) await (await caches.open(CACHE)).put(request, answer.clone());
  return answer;
}

async function page() {
  return (await caches.match(PAGE)) ?? fetch(PAGE);
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate' && pathname.startsWith(PAGE)) event.respondWith(page());
  else if (pathname.startsWith('/assets/')) event.respondWith(part(request));
});
