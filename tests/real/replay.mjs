/* replay – Baltimore's tickets once more, as events through the API.
 *
 *     node replay.mjs JINGWEI SHARED/data/baltimore [EVERY]
 *
 * One city takes the tickets by the import. In another, with the same ground, catalogue and
 * units, 64 connections report them and take their steps in the order of time, while the
 * server is killed (kill -9) at a third and at two thirds of the steps. What has no answer is
 * sent again under its client key. In the end every ticket stands as the import has it: its
 * grid, condition and unit, closed or open, none lost, none twice. Those without a grid are
 * the exception that the rules make: nobody may file what has no place, so they wait in the
 * queue, each of them. EVERY: only one ticket in so many. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [jingwei, from, every = '1'] = process.argv.slice(2);
const CONNECTIONS = 64;
const KILLS = [1 / 3, 2 / 3];
const PASSWORD = 'a password of the replay';

if (!existsSync(from)) {
  console.log(`skipped: no real data at ${from}`);
  process.exit(77);
}
process.env.JINGWEI_ZONE = 'America/New_York';
const here = dirname(fileURLToPath(import.meta.url));
const room = mkdtempSync(join(tmpdir(), 'jingwei-replay-'));
let server = null;
process.once('exit', () => {
  server?.child.kill('SIGKILL');
  rmSync(room, { recursive: true, force: true });
});

/* ---- tables ---- */

/* Rows of a CSV by their heading. */
function table(text) {
  const rows = [[]];
  const cells = /(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/y;
  const body = text.replace(/^\ufeff/, '').replace(/\r\n/g, '\n').replace(/\n$/, '');
  while (cells.lastIndex < body.length) {
    const [, quoted, plain, end] = cells.exec(body);
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '\n') rows.push([]);
    else if (end === '') break;
  }
  const [heads, ...lines] = rows;
  return lines.map((line) => Object.fromEntries(heads.map((h, i) => [h, line[i] ?? ''])));
}

function csvLine(cells) {
  return cells.map((c) => `"${String(c).replaceAll('"', '""')}"`).join(',');
}

/* "04/12/2018 11:11:26 AM" as a number that grows with time. */
function instant(words) {
  const [, m, d, y, h, min, s, half] = /(\d+)\/(\d+)\/(\d+) (\d+):(\d+):(\d+) (.)M/.exec(words);
  return Date.UTC(y, m - 1, d, (h % 12) + (half === 'P' ? 12 : 0), min, s);
}

/* ---- the two cities ---- */

function run(data, ...words) {
  return execFileSync(jingwei, [...words, '--data', join(room, data)], { encoding: 'utf8', input: PASSWORD, maxBuffer: 1 << 28 });
}

/* code or external number → where the case stands */
function standing(data, key) {
  run(data, 'export', 'cases', '--as', 'watch', '--csv', join(room, `${data}.csv`));
  const found = new Map();
  for (const row of table(readFileSync(join(room, `${data}.csv`), 'utf8'))) {
    assert.ok(!found.has(row[key]), `${row[key]} is there twice`);
    found.set(row[key], row);
  }
  return found;
}

const map = JSON.parse(readFileSync(join(here, 'baltimore.json'), 'utf8'));
const tickets = table(readFileSync(join(from, '311_sample_10000.csv'), 'utf8')).filter((_, i) => i % Number(every) === 0);
const tickets_file = join(room, 'tickets.csv');
writeFileSync(tickets_file, [Object.keys(tickets[0]), ...tickets.map((t) => Object.values(t))].map(csvLine).join('\n') + '\n');

execFileSync('sh', [join(here, 'baltimore.sh'), jingwei, from, join(room, 'events')], { env: { ...process.env, NO_TICKETS: '1' } });
run('events', 'user', 'add', 'watch', 'Watch');
run('events', 'user', 'post', 'watch', 'dispatcher');
cpSync(join(room, 'events'), join(room, 'import'), { recursive: true });
run('import', 'import', 'cases', tickets_file, '--map', join(here, 'baltimore.json'), '--rejects', join(room, 'rejects.csv'));
const imported = standing('import', '外部编号');
assert.equal(imported.size, tickets.length);

/* The import makes the conditions that only tickets have. */
const catalogue = join(room, 'events', 'catalogue.csv');
const rows = readFileSync(catalogue, 'utf8');
const types = new Set(table(rows).map((r) => r.code));
const missing = [...new Set(tickets.map((t) => t.SRType))].filter((t) => !types.has(t));
writeFileSync(catalogue, rows + missing.map((t) => csvLine([t, 'SR', t, t, 5, 'work_day']) + '\n').join(''));
run('events', 'import', 'catalogue', catalogue);

const units = [...new Set(Object.values(map.unit.values)), 'BGE'];
for (const [login, ...post] of [['check', 'checker'], ['call', 'callback_agent'], ...units.map((u) => [`unit-${u}`, 'unit_handler', 'BAL', u])]) {
  run('events', 'user', 'add', login, login);
  run('events', 'user', 'post', login, ...post);
}

/* ---- the server and those who speak to it ---- */

async function start(listen) {
  const child = spawn(jingwei, ['serve', '--data', join(room, 'events'), '--listen', listen], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((done) => child.once('exit', done));
  let log = '';
  child.stderr.on('data', (part) => (log = (log + part).slice(-20000)));
  const url = await new Promise((found, lost) => {
    let out = '';
    child.stdout.on('data', (part) => {
      const m = /listening on (http:\/\/\S+)/.exec((out += part));
      if (m) found(m[1]);
    });
    ended.then(() => lost(new Error(`the server ended before it listened:\n${log}`)));
  });
  return { child, ended, url, words: () => log };
}

let up; // settled once the server of this life listens
let keys = 0;
let answered_steps = 0;

/* The same key until there is an answer. */
async function say(who, method, path, body) {
  const key = `replay-${keys++}-abcdefgh`;
  for (;;) {
    const life = await up;
    let answer, told;
    try {
      answer = await fetch(life.url + path, {
        method,
        headers: { 'Content-Type': 'application/json', 'X-Jingwei': '1', 'Client-Key': key, ...(who.cookie ? { Cookie: who.cookie } : {}) },
        body: body && JSON.stringify(body),
      });
      told = await answer.json();
    } catch (gone) {
      if (life === (await up) && life.child.exitCode === null && life.child.signalCode === null) {
        if (!life.dying) throw gone;
        await life.ended;
      }
      continue;
    }
    if (answer.status === 503) continue; // it says so itself: again
    assert.ok(answer.ok, `${method} ${path} ${JSON.stringify(body)}: ${answer.status} ${JSON.stringify(told)}`);
    who.cookie = /jingwei=[^;]+/.exec(answer.headers.get('set-cookie') ?? '')?.[0] ?? who.cookie;
    return told;
  }
}

async function signIn(login) {
  const who = { cookie: '' };
  const changed = `${PASSWORD}, changed`;
  await say(who, 'POST', '/api/1/session', { login, password: PASSWORD, new_password: changed });
  return who;
}

/* ---- the tickets as events ---- */

server = await start('127.0.0.1:0');
up = Promise.resolve(server);
const port = new URL(server.url).port;
const centre = await signIn('watch');
const checker = await signIn('check');
const caller = await signIn('call');
const handlers = new Map();
for (const u of units) handlers.set(u, await signIn(`unit-${u}`));
const conditions = new Map((await say(centre, 'GET', '/api/1/conditions?limit=500')).items.map((c) => [c.code, c.id]));
const orgs = new Map();
for (const u of units) {
  const { items } = await say(centre, 'GET', `/api/1/units?code=${encodeURIComponent(u)}`);
  orgs.set(u, items.find((o) => o.code === u).id);
}

const unitOf = (t) => map.unit.values[t.Agency] ?? t.Agency;
const closes = (t) => map.status.values[t.SRStatus] === 'closed';
const places = (t) => imported.get(t.ServiceRequestNum).网格代码 !== '';

async function report(t) {
  const lon = Number(t.Longitude), lat = Number(t.Latitude);
  const placed = t.Longitude !== '' && !(lon === -77 && lat === 39);
  const receipt = await say(centre, 'POST', '/api/1/cases', {
    text: [t.SRType, t.Address].filter(Boolean).join(' · '),
    source: 'hotline',
    ...(placed ? { lon, lat } : {}),
  });
  const { id, revision } = await say(centre, 'GET', `/api/1/codes/${receipt.code}`);
  Object.assign(t, { code: receipt.code, id, revision });
  await step(t, centre, 'accept');
}

async function step(t, who, act, more = {}) {
  const told = await say(who, 'POST', `/api/1/cases/${t.id}/steps`, { act, revision: t.revision, ...more });
  assert.equal(told.revision, t.revision + 1, 'every step once');
  t.revision = told.revision;
  answered_steps++;
}

async function close(t) {
  const unit = unitOf(t);
  await step(t, centre, 'file', { condition: conditions.get(t.SRType) });
  await step(t, centre, 'dispatch', { unit: orgs.get(unit), note: 'As the ticket says.' });
  await step(t, handlers.get(unit), 'take');
  await step(t, handlers.get(unit), 'handle', { note: 'Done.' });
  await step(t, checker, 'pass');
  await step(t, caller, 'feedback', { note: 'Told by telephone.', answered: true });
  await step(t, caller, 'close', { close_kind: 'solved' });
}

const events = [];
for (const t of tickets) {
  const first = { at: instant(t.CreatedDate), does: () => (t.reported = report(t)) };
  events.push(first);
  if (closes(t) && places(t))
    events.push({
      at: Math.max(instant(t.CloseDate || t.StatusDate), first.at),
      does: async () => {
        await t.reported;
        await close(t);
      },
    });
}
events.sort((a, b) => a.at - b.at);
const steps_in_all = tickets.length + 7 * tickets.filter((t) => closes(t) && places(t)).length;

/* ---- killed on the way ---- */

let kills = 0;
async function killAt(share) {
  const life = server;
  life.dying = true;
  let listens;
  up = new Promise((found) => (listens = found));
  life.child.kill('SIGKILL');
  await life.ended;
  kills++;
  server = await start(`127.0.0.1:${port}`);
  listens(server);
  console.log(`killed at ${Math.round(100 * share)} % of the steps, started again`);
}

const begun = performance.now();
let next = 0;
let killing = null;
await Promise.all(
  Array.from({ length: CONNECTIONS }, async () => {
    while (next < events.length) {
      await events[next++].does();
      if (kills < KILLS.length && !killing && answered_steps > KILLS[kills] * steps_in_all)
        killing = killAt(KILLS[kills]).then(() => (killing = null));
    }
  }),
);
await killing;
const seconds = (performance.now() - begun) / 1000;
assert.equal(answered_steps, steps_in_all);
assert.equal(kills, KILLS.length);
server.child.kill('SIGTERM');
assert.equal(await server.ended, 0, `the server did not end well:\n${server.words()}`);
server = null;

/* ---- the same end ---- */

const replayed = standing('events', '查询码');
assert.equal(replayed.size, tickets.length);
const count = { closed: 0, open: 0, queued: 0 };
for (const t of tickets) {
  const is = replayed.get(t.code), was = imported.get(t.ServiceRequestNum);
  const what = `${t.ServiceRequestNum} as ${t.code}`;
  assert.equal(is.网格代码, was.网格代码, what);
  if (!places(t)) {
    assert.equal(is.状态, '待立案', what);
    count.queued++;
  } else if (closes(t)) {
    assert.deepEqual([is.状态, is.立案条件代码, is.单位], [was.状态, was.立案条件代码, was.单位], what);
    count.closed++;
  } else {
    assert.equal(is.状态, was.状态, what);
    count.open++;
  }
}
run('events', 'check');
console.log(
  `${tickets.length} tickets, ${answered_steps} steps in ${seconds.toFixed(0)} s: ${count.closed} closed and ${count.open} open as imported, ${count.queued} without a grid in the queue`,
);
