/* flaky – a network that can be spoilt, between a browser and the program: cut off, an
 * answer lost after the server has done its work, an answer held until it is let go. It
 * moves bytes and knows of HTTP only the first line of a request. */
import net from 'node:net';

export async function startFlaky(url) {
  const { hostname, port } = new URL(url);
  const open = new Set();
  const rules = []; // { line, how: 'lose' | 'hold', done }
  let down = false;
  let random = null; // share of answers lost, and the dice

  function cut() {
    down = true;
    for (const end of [...open]) end();
  }
  const server = net.createServer((client) => {
    if (down) return void client.destroy();
    const there = net.connect(Number(port), hostname);
    let rule = null;
    let held = null;
    const end = () => {
      client.destroy();
      there.destroy();
      open.delete(end);
    };
    open.add(end);
    client.on('data', (bytes) => {
      const line = bytes.toString('latin1').split('\r\n', 1)[0];
      if (/^[A-Z]+ \/\S* HTTP/.test(line)) {
        rule = rules.find((r) => !r.used && line.startsWith(r.line)) ?? (random && /^POST \/api\/1\/(cases|photos)/.test(line) && random() ? { how: 'lose', done: () => undefined } : null);
        if (rule) rule.used = true;
      }
      there.write(bytes);
    });
    there.on('data', (bytes) => {
      if (rule?.how === 'lose') {
        if (rule.line) cut(); // a browser repeats by itself what breaks off: not over no network
        end();
        rule.done();
      } else if (rule?.how === 'hold' && !rule.free) {
        held = Buffer.concat([held ?? Buffer.alloc(0), bytes]);
        rule.release = () => (client.destroyed ? undefined : client.write(held));
        rule.done();
      } else client.write(bytes);
    });
    for (const s of [client, there]) s.on('close', end).on('error', end);
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));

  const rule = (line, how) => {
    let done;
    const r = { line, how, done: () => done() };
    r.happened = new Promise((d) => (done = d));
    rules.push(r);
    return r;
  };
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    cut,
    mend() {
      down = false;
      random = null;
    },
    /* The next request that begins with `line` is done, and its answer never comes: the
     * network is cut before. */
    lose: (line) => rule(line, 'lose'),
    /* …its answer comes when release() is called. */
    hold: (line) => rule(line, 'hold'),
    /* A share of the answers to writes is lost, the same ones each time. */
    spoil(share, seed = 7) {
      let x = seed;
      random = () => (x = (x * 48271) % 2147483647) / 2147483647 < share;
    },
    stop() {
      for (const end of [...open]) end();
      return new Promise((done) => server.close(done));
    },
  };
}
