/* calls – what others do beside the page under test, said to the API: signed in by name,
 * or as a stranger. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import { PASSWORD } from './server.mjs';

/* { get(path), post(path, body) } of whoever signs in as `login`; nobody: a stranger. */
export async function caller(url, login) {
  let cookie = '';
  const call = async (method, path, body) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', 'X-Jingwei': '1', 'Client-Key': randomBytes(12).toString('hex'), ...(cookie ? { Cookie: cookie } : {}) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const told = await answer.json();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${JSON.stringify(told)}`);
    cookie = /jingwei=[^;]+/.exec(answer.headers.get('set-cookie') ?? '')?.[0] ?? cookie;
    return told;
  };
  const who = { get: (path) => call('GET', path), post: (path, body) => call('POST', path, body) };
  if (login) await who.post('/api/1/session', { login, password: PASSWORD });
  return who;
}

/* A report of a stranger at `spot`, dispatched to `unit` (by name), and as far as `upto`:
 * dispatched, handling or handled. Its case, as the dispatcher sees it. */
export async function filedCase(url, { spot, text, upto = 'dispatched', handler = 'road' }) {
  const [stranger, centre, unit] = await Promise.all([caller(url), caller(url, 'dispatch'), caller(url, handler)]);
  const { code } = await stranger.post('/api/1/cases', { text, lon: spot.longitude, lat: spot.latitude });
  const { id } = await centre.get(`/api/1/codes/${code}`);
  const conditions = (await centre.get('/api/1/conditions?limit=500')).items;
  const condition = conditions.find((k) => k.zh.includes('井盖') && !k.retired).id;
  const step = async (by, act, more = {}) => by.post(`/api/1/cases/${id}/steps`, { act, revision: (await by.get(`/api/1/cases/${id}`)).revision, ...more });
  await step(centre, 'accept');
  await step(centre, 'file', { condition });
  await step(centre, 'dispatch', { unit: (await centre.get(`/api/1/cases/${id}/view`)).proposed });
  if (upto !== 'dispatched') await step(unit, 'take');
  if (upto === 'handled') await step(unit, 'handle', { note: '换了新盖。' });
  return centre.get(`/api/1/cases/${id}`);
}
