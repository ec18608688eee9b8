/* client – the one way to the server. It speaks the page's language, marks its
 * writes, and turns every failure into a Problem with a sentence for a person:
 * the server's own (RFC 9457), or ours when no answer came.
 *
 * A write carries a client key; the same write again (no answer came, or the
 * server could not say whether it was saved) carries the same key and so happens
 * once. A Writer remembers which write its key belongs to. */
import { lang, say } from '../modes';

export class Problem extends Error {
  constructor(
    readonly status: number, // 0: no answer
    readonly code: string,
    readonly detail: string,
    readonly field?: string,
  ) {
    super(detail);
  }
  get unanswered(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

type Params = Record<string, string | number | boolean | undefined>;

const ANSWER_MS = 20_000;

let skew_ms = 0; // the server's clock minus this device's

/* The server's time: a desk whose clock is wrong must not call a case overdue. */
export function serverNow(): number {
  return Date.now() + skew_ms;
}

let onSignedOut: () => void = () => undefined;
export function whenSignedOut(run: () => void): void {
  onSignedOut = run;
}

export async function get<T>(path: string, params: Params = {}): Promise<T> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) if (value !== undefined && value !== '') query.set(name, String(value));
  const words = query.toString();
  return send<T>('GET', words ? `${path}?${words}` : path);
}

export async function getAll<T>(path: string, params: Params = {}): Promise<T[]> {
  return (await get<{ items?: T[] }>(path, params)).items ?? [];
}

/* A POST that changes nothing (a secret does not belong in an address). */
export async function ask<T>(path: string, body: object): Promise<T> {
  return send<T>('POST', path, JSON.stringify(body));
}

/* The same bytes under the same key, as an outbox repeats them; taken only from whom they
 * were written by, "account/post". */
export async function postSame<T>(path: string, body: string, key: string, as: string): Promise<T> {
  return send<T>('POST', path, body, key, as);
}

export class Writer {
  private pending: { key: string; path: string; body: string } | null = null;

  constructor(
    private readonly keep?: {
      load: () => { key: string; path: string; body: string } | null;
      save: (pending: { key: string; path: string; body: string } | null) => void;
    },
  ) {
    this.pending = keep?.load() ?? null;
  }

  async post<T>(path: string, what: object): Promise<T> {
    const body = JSON.stringify(what);
    if (this.pending?.path !== path || this.pending.body !== body) this.hold({ key: newKey(), path, body });
    try {
      const answer = await send<T>('POST', path, body, this.pending?.key);
      this.hold(null);
      return answer;
    } catch (e) {
      if (e instanceof Problem && !e.unanswered) this.hold(null);
      throw e;
    }
  }

  private hold(pending: Writer['pending']): void {
    this.pending = pending;
    this.keep?.save(pending);
  }
}

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(15));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

async function send<T>(method: 'GET' | 'POST', path: string, body?: string, key?: string, as?: string): Promise<T> {
  const headers: Record<string, string> = { 'Accept-Language': lang.value === 'zh' ? 'zh-CN' : 'en' };
  if (body !== undefined) {
    headers['Content-Type'] = 'application/json';
    headers['X-Jingwei'] = '1';
    if (key) headers['Client-Key'] = key;
    if (as) headers['Jingwei-As'] = as;
  }
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), ANSWER_MS);
  let answer: Response, text: string;
  try {
    answer = await fetch(path, { method, headers, body, signal: stop.signal, cache: 'no-store', credentials: 'same-origin' });
    text = await answer.text();
  } catch {
    throw new Problem(0, 'no_answer', say('服务器没有应答。请检查网络，再试一次。', 'The server did not answer. Check the network and try again.'));
  } finally {
    clearTimeout(timer);
  }
  const date = Date.parse(answer.headers.get('Date') ?? '');
  // Date is in whole seconds: only a real difference counts.
  if (!Number.isNaN(date)) skew_ms = Math.abs(date - Date.now()) > 5_000 ? date - Date.now() : 0;
  if (answer.ok) return (text ? JSON.parse(text) : {}) as T;
  if (answer.status === 401) onSignedOut();
  throw problemOf(answer, text);
}

function problemOf(answer: Response, text: string): Problem {
  try {
    const told = JSON.parse(text) as { code?: string; detail?: string; title?: string; field?: string };
    const detail = told.detail ?? told.title;
    if (detail) return new Problem(answer.status, told.code ?? '', detail, told.field);
  } catch {
    /* not ours: a proxy in between answered */
  }
  return new Problem(
    answer.status,
    '',
    say(`服务器现在不能办理（${answer.status}）。请过一会儿再试。`, `The server cannot do this now (${answer.status}). Try again in a while.`),
  );
}

/* Any thrown thing as a Problem; what is not one is a mistake of ours and goes up. */
export function problem(e: unknown): Problem {
  if (e instanceof Problem) return e;
  throw e;
}
