import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Asked, refusalOf } from './guard.ts';

const TOKEN = 'a'.repeat(43);
const READS: Asked = {
  method: 'GET',
  host: '127.0.0.1:8717',
  origin: undefined,
  fetchSite: undefined,
  fetchMode: undefined,
  token: undefined,
};
const WRITES: Asked = { ...READS, method: 'POST', origin: 'http://127.0.0.1:8717', token: TOKEN };

const status = (asked: Asked) => refusalOf(asked, TOKEN)?.status ?? 'goes on';

describe('the guard', () => {
  it('lets loopback in under all of its names, and through a tunnel', () => {
    for (const host of ['127.0.0.1:8717', 'localhost:8717', 'LOCALHOST', '[::1]:1', 'localhost:9000']) {
      assert.equal(status({ ...READS, host }), 'goes on', host);
      assert.equal(status({ ...WRITES, host, origin: `http://${host.toLowerCase()}` }), 'goes on', host);
    }
  });

  it('refuses every other host, as a name that was made to mean loopback', () => {
    for (const host of [
      undefined,
      '',
      'evil.example',
      'evil.example:8717',
      '127.0.0.1.evil.example',
      'localhost.evil.example:8717',
      '127.0.0.1:8717@evil.example',
      '127.0.0.2',
      '0.0.0.0:8717',
      '127.0.0.1:8717 ',
      'localhost:port',
    ]) {
      assert.equal(status({ ...READS, host }), 403, String(host));
    }
  });

  it('refuses what a browser sends for another site or another port', () => {
    for (const fetchSite of ['cross-site', 'same-site']) {
      assert.equal(status({ ...READS, fetchSite, fetchMode: 'cors' }), 403);
      assert.equal(status({ ...READS, fetchSite, fetchMode: 'no-cors' }), 403);
      assert.equal(status({ ...WRITES, fetchSite, fetchMode: 'cors' }), 403);
      assert.equal(status({ ...WRITES, fetchSite, fetchMode: 'navigate' }), 403, 'a form that is sent');
    }
    for (const origin of [
      'http://evil.example',
      'http://127.0.0.1:3000',
      'https://127.0.0.1:8717',
      'null',
      '',
    ]) {
      assert.equal(status({ ...WRITES, origin }), 403, origin);
      assert.equal(status({ ...READS, origin }), 403, origin);
    }
  });

  it('lets a link be followed from anywhere, and its own page ask', () => {
    assert.equal(status({ ...READS, fetchSite: 'cross-site', fetchMode: 'navigate' }), 'goes on');
    assert.equal(status({ ...READS, fetchSite: 'same-origin', fetchMode: 'cors' }), 'goes on');
    assert.equal(status({ ...READS, fetchSite: 'none', fetchMode: 'navigate' }), 'goes on');
    assert.equal(status({ ...WRITES, fetchSite: 'same-origin', fetchMode: 'cors' }), 'goes on');
  });

  it('lets nobody write without the token, not even a program that sets no origin', () => {
    const program = { ...WRITES, origin: undefined };
    assert.equal(status(program), 'goes on');
    for (const token of [undefined, '', TOKEN.slice(1), `${TOKEN}a`, TOKEN.toUpperCase()]) {
      assert.equal(status({ ...program, token }), 403, token);
    }
  });

  it('knows four methods and no others', () => {
    assert.equal(status({ ...READS, method: 'HEAD' }), 'goes on');
    assert.equal(status({ ...WRITES, method: 'PUT' }), 'goes on');
    for (const method of ['DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT', 'PROPFIND']) {
      assert.equal(status({ ...WRITES, method }), 405, method);
    }
  });
});
