/** Who may enter the pages: passwords, sessions, tries, and requests that name these pages. */
import { describe, expect, it } from 'vitest';
import { Attempts, MAX_ADDRESSES, REFILL_MS, TRIES } from '../../../../src/web/entry/attempts.js';
import { hashPassword, isPassword, readPasswordHash } from '../../../../src/web/entry/password.js';
import {
  isFromOwnPage,
  isLoopbackPeer,
  isOwnHost,
  isSecure,
  ownPath,
} from '../../../../src/web/entry/same-site.js';
import { IDLE_MS, LIFETIME_MS, MAX_SESSIONS, Sessions } from '../../../../src/web/entry/sessions.js';

describe('a password', () => {
  it('is known by its hash, however its letters are composed', async () => {
    const hash = readPasswordHash(await hashPassword('gar nicht schön zu raten'));
    if (hash === null) throw new Error('no hash');
    expect(await isPassword('gar nicht scho\u0308n zu raten', hash)).toBe(true);
    expect(await isPassword('gar nicht schon zu raten', hash)).toBe(false);
    expect(await isPassword('', hash)).toBe(false);
    expect(await isPassword('x'.repeat(1001), hash)).toBe(false);
  });

  it.each([
    'a password',
    '$scrypt$ln=15,r=8,p=3$short$short',
    '$scrypt$ln=30,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    '$scrypt$ln=15,r=0,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    '$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  ])('is not read from %s', (text) => {
    expect(readPasswordHash(text)).toBeNull();
  });
});

describe('a session', () => {
  it('ends without use, after its time, and when it is ended', () => {
    let now = 0;
    const sessions = new Sessions(() => now);
    const [used, idle, ended] = [sessions.begin(), sessions.begin(), sessions.begin()];
    sessions.end(ended);
    expect([sessions.use(used), sessions.use(ended), sessions.use('')]).toEqual([true, false, false]);
    now += IDLE_MS;
    expect(sessions.use(used)).toBe(true);
    now += 1;
    expect(sessions.use(idle)).toBe(false);
    for (; now <= LIFETIME_MS; now += IDLE_MS) sessions.use(used);
    expect(sessions.use(used)).toBe(false);
  });

  it('is one of so many: the one that was used least lately goes', () => {
    const sessions = new Sessions(() => 0);
    const [first, second] = [sessions.begin(), sessions.begin()];
    sessions.use(first);
    for (let more = 2; more < MAX_SESSIONS + 1; more += 1) sessions.begin();
    expect([sessions.use(first), sessions.use(second)]).toEqual([true, false]);
  });
});

describe('tries', () => {
  it('are so many, come back with time, and are given back to who was right', () => {
    let now = 0;
    const attempts = new Attempts(() => now);
    for (let tries = 0; tries < TRIES; tries += 1) expect(attempts.take('a')).toBe(true);
    expect([attempts.take('a'), attempts.take('b')]).toEqual([false, true]);
    now += REFILL_MS;
    expect([attempts.take('a'), attempts.take('a')]).toEqual([true, false]);
    attempts.giveBack('a');
    expect([attempts.take('a'), attempts.take('a')]).toEqual([true, false]);
  });

  it('are limited for all addresses together, which are forgotten in time', () => {
    const attempts = new Attempts(() => 0);
    const taken = Array.from({ length: MAX_ADDRESSES + 100 }, (_, index) => attempts.take(`a${index}`));
    expect(taken.filter(Boolean)).toHaveLength(60);
  });
});

describe('a request', () => {
  const alone = { port: 8025, url: null };
  const behind = { port: 8025, url: new URL('https://desk.example.com') };

  it.each([
    ['127.0.0.1:8025', true],
    ['LOCALHOST:8025', true],
    ['[::1]:8025', true],
    ['127.0.0.1', false],
    ['localhost:80', false],
    ['evil.example:8025', false],
    ['localhost.evil.example:8025', false],
    ['evil.example@localhost:8025', false],
    [undefined, false],
  ])('with Host %s is ours: %s', (host, own) => {
    expect(isOwnHost(host, alone)).toBe(own);
  });

  it('is ours under the name that people use', () => {
    expect(isOwnHost('desk.example.com', behind)).toBe(true);
    expect(isOwnHost('desk.example.com:8025', behind)).toBe(false);
    expect(isSecure('desk.example.com', behind.url)).toBe(true);
    expect(isSecure('127.0.0.1:8025', behind.url)).toBe(false);
  });

  it('sends a form from our own page alone', () => {
    const host = '127.0.0.1:8025';
    const from = (origin?: string, fetchSite?: string) => isFromOwnPage({ origin, fetchSite, host });
    expect(from('null', 'same-origin')).toBe(true);
    expect(from('http://127.0.0.1:8025')).toBe(true);
    for (const site of ['cross-site', 'same-site', 'none']) expect(from(`http://${host}`, site)).toBe(false);
    for (const origin of ['null', 'http://evil.example', undefined]) expect(from(origin)).toBe(false);
  });

  it.each([
    ['/desks/A%20b/tickets?state=archived', '/desks/A%20b/tickets?state=archived'],
    ['//evil.example/', '/'],
    ['/\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['https://evil.example/', '/'],
    ['javascript:alert(1)', '/'],
    ['', '/'],
  ])('leads after the sign-in from %j to %j', (back, path) => {
    expect(ownPath(back)).toBe(path);
  });

  it.each([
    ['127.0.0.1', true],
    ['::ffff:127.0.0.1', true],
    ['::1', true],
    ['127.0.0.1.evil.example', false],
    ['10.0.0.1', false],
    ['::ffff:10.0.0.1', false],
    ['', false],
  ])('from %s is from this machine: %s', (address, local) => {
    expect(isLoopbackPeer(address)).toBe(local);
  });
});
