/* pages – how soon the console answers, in Chromium before the real program: desk and map
 * until they can be used, as they are and on a slow device and network (processor a
 * quarter, 1.6 Mbit/s with 150 ms each way: "Fast 3G"), and then from a click to the
 * answer in list, map and detail.
 *   node bench/pages.mjs BINARY DATA [CASES]
 * DATA is an empty directory; CASES (10,000) is how large the demo city is. A city that is
 * there, as bench/demo.mjs leaves one, is taken. The last line is JSON, as tools/bench.sh
 * wants it. Loopback, one browser, medians of RUNS. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = join(dirname(fileURLToPath(import.meta.url)), '..');
const { chromium } = createRequire(join(source, 'web', 'package.json'))('playwright-core');
const [binary, data, cases = '10000'] = process.argv.slice(2);
if (!data) {
  console.error('usage: node bench/pages.mjs BINARY DATA [CASES]');
  process.exit(2);
}
const RUNS = 9;
const WAIT_MS = 20_000; // an answer that takes longer is none
const CLICK_MS = 100; // what is felt as at once
const FRAME_MS = 50; // three of sixty a second: a list that stops longer is seen to stop
const ROWS = 200;
const STEP_PX = 60;
const PASSWORD = 'jingwei-demo';
const SLOW = { offline: false, latency: 150, downloadThroughput: (1.6e6 / 8) * 0.9, uploadThroughput: (750e3 / 8) * 0.9 };

const median = (xs) => [...xs].sort((a, b) => a - b)[xs.length >> 1];

if (!existsSync(join(data, 'city'))) execFileSync(binary, ['demo', '--data', join(data, 'city'), '--cases', cases], { stdio: 'ignore' });
const child = spawn(binary, ['serve', '--data', join(data, 'city'), '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'ignore'] });
const ended = new Promise((done) => child.once('exit', done));
const url = await new Promise((found, lost) => {
  let out = '';
  child.stdout.on('data', (part) => {
    const m = /listening on (http:\/\/\S+)/.exec((out += part));
    if (m) found(m[1]);
  });
  ended.then(() => lost(new Error('the server ended before it listened')));
});
const browser = await chromium.launch({ executablePath: process.env.JW_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });

/* A browser of its own with nothing kept but the session. */
async function signedIn() {
  const context = await browser.newContext({ baseURL: url, viewport: { width: 1440, height: 900 }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' });
  context.setDefaultTimeout(120_000);
  const answer = await context.request.post('/api/1/session', { data: { login: 'dispatch', password: PASSWORD }, headers: { 'X-Jingwei': '1', 'Client-Key': `bench-pages-${process.pid}-${Date.now()}` } });
  if (!answer.ok()) throw new Error(`sign-in: ${answer.status()}`);
  return context;
}

const ready = {
  desk: ['/console/desk', 'main h1'],
  map: ['/console/map', '.city[data-drawn]'],
};

/* From the address to what one came for; the cache is empty each time. */
async function opened(what, slow) {
  const [address, shown] = ready[what];
  const took = [];
  for (let i = 0; i < (slow ? 3 : RUNS); i++) {
    const context = await signedIn();
    const page = await context.newPage();
    if (slow) {
      const session = await context.newCDPSession(page);
      await session.send('Network.enable');
      await session.send('Network.emulateNetworkConditions', SLOW);
      await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    }
    const from = performance.now();
    await page.goto(address, { waitUntil: 'commit' });
    await page.locator(shown).first().waitFor();
    if (what === 'map') await page.locator('[data-row]').first().waitFor();
    took.push(performance.now() - from);
    await context.close();
  }
  return Math.round(median(took));
}

/* Inside the page, from the click to the frame in which `shown` says something else. */
const clicked = (page, click, shown) =>
  page.evaluate(
    ([click, shown, most]) =>
      new Promise((done, lost) => {
        const say = () => [...document.querySelectorAll(shown)].map((e) => e.textContent).join('|');
        const before = say();
        const from = performance.now();
        const link = document.querySelector(click);
        if (!link) return lost(new Error(`there is nothing to click: ${click}`));
        link.click();
        const look = () => (say() !== before && say() !== '' ? done(performance.now() - from) : performance.now() - from > most ? lost(new Error(`no answer in ${shown} to ${click}`)) : requestAnimationFrame(look));
        requestAnimationFrame(look);
      }),
    [click, shown, WAIT_MS],
  );

async function clicks() {
  const context = await signedIn();
  const page = await context.newPage();
  const took = { list: [], detail: [], map: [] };
  await page.goto('/console/cases');
  await page.locator('[data-row]').nth(RUNS).waitFor();
  for (let i = 1; i <= RUNS; i++) {
    took.detail.push(await clicked(page, `[data-row]:nth-child(${i + 1}) a`, '.case .head .num, .case .steps, .tl'));
    await page.locator('.tl li').first().waitFor();
  }
  for (let i = 0; i < RUNS; i++) {
    // There and back, so that a small city has pages enough.
    took.list.push(await clicked(page, `.list .pag a[aria-label="${i % 2 ? '上一页' : '下一页'}"]`, '.list .ls'));
    await page.locator(`.list .pag a[aria-label="${i % 2 ? '下一页' : '上一页'}"]`).waitFor();
  }
  await page.goto('/console/map');
  await page.locator('[data-row]').nth(RUNS).waitFor();
  for (let i = 1; i <= RUNS; i++) {
    took.map.push(await clicked(page, `.inview [data-row]:nth-child(${i}) a`, '.panel .tb .num'));
    await page.locator('.panel .chain li').first().waitFor();
  }
  await context.close();
  return Object.fromEntries(Object.entries(took).map(([what, ms]) => [what, Math.round(median(ms))]));
}

/* A list of two hundred rows from top to bottom, a step a frame: the longest time from one
 * frame to the next. */
async function scrolled() {
  const context = await signedIn();
  const page = await context.newPage();
  await page.goto('/console/map');
  await page.locator('.inview .tabs button').nth(1).click();
  await page.locator('[data-area]').nth(ROWS - 1).waitFor({ state: 'attached' });
  const took = [];
  for (let i = 0; i < RUNS; i++)
    took.push(
      await page.evaluate(
        (step) =>
          new Promise((done) => {
            let box = document.querySelector('[data-area]');
            while (box && !(box.scrollHeight > box.clientHeight + step && /auto|scroll/.test(getComputedStyle(box).overflowY))) box = box.parentElement;
            if (!box) throw new Error('nothing scrolls');
            box.scrollTop = 0;
            let before = 0, longest = 0;
            const next = (at) => {
              if (before) longest = Math.max(longest, at - before);
              before = at;
              const was = box.scrollTop;
              box.scrollTop += step;
              if (box.scrollTop === was) done(longest);
              else requestAnimationFrame(next);
            };
            requestAnimationFrame(next);
          }),
        STEP_PX,
      ),
    );
  await context.close();
  return Math.round(median(took));
}

try {
  const open = {};
  console.log(`pages, demo city with ${Number(cases).toLocaleString('en')} cases      unthrottled   4x slower, Fast 3G`);
  for (const what of Object.keys(ready)) {
    open[what] = { plain: await opened(what, false), slow: await opened(what, true) };
    console.log(`${what} can be used, empty cache, ms`.padEnd(46) + String(open[what].plain).padStart(11) + String(open[what].slow).padStart(21));
  }
  const click = await clicks();
  for (const [what, ms] of Object.entries(click)) console.log(`click to answer, ${what}, ms`.padEnd(46) + String(ms).padStart(11));
  const frame = await scrolled();
  console.log(`${ROWS} rows scrolled, the longest frame, ms`.padEnd(46) + String(frame).padStart(11));
  console.log(JSON.stringify({ bench: 'pages', cases: Number(cases), open, click, frame, promises: Object.entries(click).map(([what, ms]) => ({ what: `click to answer in ms: ${what}`, measured: ms, most: CLICK_MS })).concat({ what: `${ROWS} rows scrolled: longest frame in ms`, measured: frame, most: FRAME_MS }) }));
} finally {
  await browser.close();
  child.kill('SIGTERM');
  await ended;
}
