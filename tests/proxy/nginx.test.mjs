/* nginx – the sample of docs/operations in front of the program: the very file, with
 * its ports, name and certificate put where a test may have them. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { PASSWORD, startServer } from '../e2e/server.mjs';

const NAME = 'city.example';
const CALLER = '127.0.0.2'; // all of 127/8 is this machine: so it can be told from nginx
const sample = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'docs', 'operations', 'nginx.conf');

let dir, server, echo, front, behind_echo;

async function freePort() {
  const s = net.createServer();
  await new Promise((ready) => s.listen(0, '127.0.0.1', ready));
  const { port } = s.address();
  await new Promise((closed) => s.close(closed));
  return port;
}

/* The sample with every place that must differ here; one that is not found is an error. */
function configured(upstream, tls, plain, where) {
  const rows = [
    ['server 127.0.0.1:8080;', `server ${upstream};`],
    ['listen 80;', `listen 127.0.0.1:${plain};`],
    ['listen 443 ssl http2;', `listen 127.0.0.1:${tls} ssl http2;`],
    ['/etc/ssl/city.example/fullchain.pem', join(dir, 'cert.pem')],
    ['/etc/ssl/city.example/privkey.pem', join(dir, 'key.pem')],
    ['/var/log/nginx/jingwei.access.log', join(where, 'access.log')],
  ];
  let text = readFileSync(sample, 'utf8');
  for (const [from, to] of rows) {
    assert.equal(text.split(from).length, 2, `the sample has "${from}" once`);
    text = text.replace(from, to);
  }
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((t) => `${t}_temp_path ${join(where, t)};`).join(' ');
  const user = process.getuid() === 0 ? 'user root;' : ''; // whose directory it is
  return `daemon off; ${user} pid ${join(where, 'pid')}; error_log ${join(where, 'error.log')}; events {} http { access_log off; ${temp}\n${text}\n}`;
}

function answersOn(port) {
  return new Promise((yes) => {
    const s = net.connect(port, '127.0.0.1', () => (s.end(), yes(true)));
    s.on('error', () => yes(false));
  });
}

async function startNginx(upstream) {
  const where = mkdtempSync(join(dir, 'nginx-'));
  const [tls, plain] = [await freePort(), await freePort()];
  writeFileSync(join(where, 'nginx.conf'), configured(upstream, tls, plain, where));
  const child = spawn(process.env.JW_NGINX ?? 'nginx', ['-p', where, '-e', join(where, 'error.log'), '-c', join(where, 'nginx.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '', over = false;
  child.stderr.on('data', (part) => (said += part));
  const ended = new Promise((done) => child.once('exit', () => done((over = true))));
  process.once('exit', () => child.kill('SIGKILL'));
  while (!(await answersOn(tls))) assert.ok(!over, `nginx ended: ${said}`);
  return { tls, plain, log: () => readFileSync(join(where, 'access.log'), 'utf8'), stop: async () => (child.kill('SIGTERM'), ended) };
}

function ask(at, { method = 'GET', path = '/', headers = {}, body, secure = true, agent }) {
  return new Promise((answered, failed) => {
    const options = { host: '127.0.0.1', port: secure ? at.tls : at.plain, method, path, localAddress: CALLER, agent, headers: { Host: `${NAME}:${at.tls}`, ...headers } };
    if (secure) Object.assign(options, { servername: NAME, ca: readFileSync(join(dir, 'cert.pem')) });
    const request = (secure ? https : http).request(options, (r) => {
      let text = '';
      r.setEncoding('utf8');
      r.on('data', (part) => (text += part));
      r.on('end', () => answered({ status: r.statusCode, headers: r.headers, raw: r.rawHeaders, text }));
    });
    request.on('error', failed);
    request.end(body);
  });
}
const page = (at) => ({ 'Content-Type': 'application/json', Origin: `https://${NAME}:${at.tls}`, 'Sec-Fetch-Site': 'same-origin' });

before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'jingwei-proxy-'));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`, '-keyout', join(dir, 'key.pem'), '-out', join(dir, 'cert.pem')], { stdio: 'ignore' });
  server = await startServer({ more: ['--trusted-proxy', '127.0.0.1'] });
  front = await startNginx(server.url.replace('http://', ''));
  echo = http.createServer((r, answer) => answer.end(JSON.stringify(r.headers)));
  await new Promise((ready) => echo.listen(0, '127.0.0.1', ready));
  behind_echo = await startNginx(`127.0.0.1:${echo.address().port}`);
});
after(async () => {
  await Promise.all([front?.stop(), behind_echo?.stop()]);
  echo?.close();
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('plain HTTP is sent to HTTPS, and HTTPS says to stay there', async () => {
  const plain = await ask(front, { secure: false, path: '/track/7K3M-9QXT-2VHC?a=1', headers: { Host: NAME } });
  assert.equal(plain.status, 301);
  assert.equal(plain.headers.location, `https://${NAME}/track/7K3M-9QXT-2VHC?a=1`);
  const r = await ask(front, {});
  assert.equal(r.status, 200);
  assert.equal(r.headers['strict-transport-security'], 'max-age=31536000');
  for (const name of ['content-security-policy', 'x-content-type-options', 'referrer-policy'])
    assert.equal(r.raw.filter((h, i) => i % 2 === 0 && h.toLowerCase() === name).length, 1, `${name}, from jingwei alone`);
  assert.equal((await ask(front, { path: '/nothing' })).headers['strict-transport-security'], 'max-age=31536000', 'on errors too');
});

test('pages come compressed as the program has them, and are not sent again', async () => {
  const r = await ask(front, { headers: { 'Accept-Encoding': 'gzip' } });
  assert.equal(r.headers['content-encoding'], 'gzip');
  const again = await ask(front, { headers: { 'Accept-Encoding': 'gzip', 'If-None-Match': r.headers.etag } });
  assert.equal(again.status, 304);
});

test('HTTP/2 in front', async () => {
  const client = http2.connect(`https://127.0.0.1:${front.tls}`, { servername: NAME, ca: readFileSync(join(dir, 'cert.pem')) });
  const status = await new Promise((answered, failed) => {
    client.on('error', failed);
    const r = client.request({ ':path': '/healthz', ':authority': NAME });
    r.on('response', (h) => answered(h[':status']));
    r.on('error', failed);
    r.end();
  });
  client.close();
  assert.equal(status, 200);
});

test('who calls is said by nginx, whatever the caller claims', async () => {
  const claims = { 'X-Forwarded-For': '203.0.113.9', Forwarded: 'for=203.0.113.9', Connection: 'close' };
  const told = JSON.parse((await ask(behind_echo, { headers: claims })).text);
  assert.equal(told['x-forwarded-for'], CALLER);
  assert.equal(told.forwarded, undefined);
  assert.equal(told.host, `${NAME}:${behind_echo.tls}`);
  assert.notEqual(told.connection, 'close', 'the connection to jingwei is kept');
});

test('sign in, write, and a page of another site is refused', async () => {
  const entry = await ask(front, { method: 'POST', path: '/api/1/session', headers: page(front), body: JSON.stringify({ login: 'dispatch', password: PASSWORD }) });
  assert.equal(entry.status, 200, entry.text);
  const [cookie] = entry.headers['set-cookie'];
  assert.match(cookie, /; Secure/, 'behind a proxy, without being told');
  const Cookie = cookie.split(';')[0];
  const mine = await ask(front, { path: '/api/1/me', headers: { Cookie } });
  assert.equal(JSON.parse(mine.text).login, 'dispatch');
  const foreign = await ask(front, { method: 'POST', path: '/api/1/cases', headers: { ...page(front), Cookie, Origin: 'https://elsewhere.example' }, body: '{"text":"x"}' });
  assert.equal(foreign.status, 403);
  const report = await ask(front, { method: 'POST', path: '/api/1/cases', headers: { ...page(front), Cookie }, body: JSON.stringify({ text: '经过代理的上报😀' }) });
  assert.equal(report.status, 200, report.text);
});

test('what is too large is told in a sentence of jingwei', async () => {
  const r = await ask(front, { method: 'POST', path: '/api/1/cases', headers: page(front), body: JSON.stringify({ text: 'x'.repeat(1_000_000) }) });
  assert.equal(r.status, 413);
  assert.equal(r.headers['content-type'], 'application/problem+json');
});

test('the figures of the machine stay on the machine', async () => {
  assert.equal((await ask(front, { path: '/metrics' })).status, 404);
  const direct = (path, headers) => fetch(server.url + path, { headers });
  assert.equal((await direct('/metrics', { 'X-Forwarded-For': CALLER })).status, 404, 'jingwei refuses it by itself');
  assert.equal((await direct('/metrics')).status, 200);
});

test('many requests share few connections to jingwei', async () => {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
  const accepted = async () => Number(/^jingwei_http_connections (\d+)$/m.exec(await (await fetch(`${server.url}/metrics`)).text())[1]);
  for (let i = 0; i < 40; i++) assert.equal((await ask(front, { path: '/healthz', agent })).status, 200);
  agent.destroy();
  const open = await accepted();
  assert.ok(open <= 12, `${open} connections are open after 40 requests one after another`);
  assert.ok(open >= 2, 'the one to nginx is kept, beside the one that asks');
});

test('the log has no query, which may hold what was looked for', async () => {
  await ask(front, { path: '/api/1/places?name=%E5%BC%A0%E4%B8%89' });
  while (!front.log().includes('/api/1/places')); // written after the answer
  assert.match(front.log(), /GET \/api\/1\/places 200/);
  assert.doesNotMatch(front.log(), /name=|%E5/);
});
