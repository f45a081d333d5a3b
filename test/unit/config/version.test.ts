import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load.js';
import { versionsOf } from '../../../src/config/version.js';
import { sample, sampleDesk, type Written } from './sample.js';

/** The versions of the desks, in their order. */
async function versions(written: Written, env: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const config = parseConfig(JSON.stringify(written), { path: '/etc/imapdesk/config.json', env });
  const found = await versionsOf(config, config.desks);
  return config.desks.map((desk) => found.get(desk) ?? '');
}

const [a, b] = [
  sampleDesk(),
  sampleDesk({ address: 'b@example.com', imap: { host: 'b.example', user: 'b', password: 'p' } }),
];
const hook = { events: ['new'], send: { command: ['/bin/true'] } };

it('is the same wherever the desk stands, and whatever else there is', async () => {
  const [alone] = await versions(sample({ desks: [a] }));
  expect(
    await versions(sample({ desks: [b, a], log: { level: 'debug' }, health: { port: 9000 } }), { A: 'b' }),
  ).toContain(alone);
  expect(
    await versions(
      sample({ desks: [a], limits: { connectionsPerHost: 5, connectionsAt: { 'b.example': 2 } } }),
    ),
  ).toContain(alone);
  expect(
    (await versions(sample({ desks: [a, b], alerts: [{ ...hook, desks: ['b@example.com'] }] })))[0],
  ).toBe(alone);
});

it.each<[string, Written]>([
  ['a key of its own', sample({ desks: [{ ...a, tag: 'case' }] })],
  ['a default that is not written as the same', sample({ desks: [{ ...a, reopenWithin: 'always' }] })],
  [
    'its password',
    sample({
      desks: [{ ...a, smtp: { host: 'smtp.example.com', user: 'support@example.com', password: 'x' } }],
    }),
  ],
  ['the signing secret', sample({ desks: [a], secret: 'y'.repeat(32) })],
  ['an alert of its own', sample({ desks: [a], alerts: [hook] })],
  [
    'hours of an alert',
    sample({
      desks: [a],
      alerts: [{ ...hook, when: { outside: 'Mon-Fri 09:00-17:00', holidays: ['2026-12-25'] } }],
    }),
  ],
  ['events of an alert', sample({ desks: [a], alerts: [{ ...hook, events: ['new', 'update'] }] })],
  [
    'links in acknowledgements',
    sample({
      desks: [a],
      web: { password: 'x', url: 'https://desk.example.com', linkInAcknowledgements: '7d' },
    }),
  ],
])('differs by %s', async (_, written) => {
  const all = await Promise.all(
    [sample({ desks: [a] }), sample({ desks: [a], alerts: [hook] })].map((one) => versions(one)),
  );
  const [changed] = await versions(written);
  expect(changed).not.toBe(all[0]?.[0]);
  if (JSON.stringify(written) !== JSON.stringify(sample({ desks: [a], alerts: [hook] })))
    expect(changed).not.toBe(all[1]?.[0]);
});

it('differs by a text of its own', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'imapdesk-texts-'));
  try {
    const written = sample({ desks: [{ ...a, templates: folder }] });
    const empty = await versions(written);
    await writeFile(join(folder, 'notice.txt'), 'One.');
    const one = await versions(written);
    await writeFile(join(folder, 'notice.txt'), 'Two.');
    const two = await versions(written);
    expect(new Set([...empty, ...one, ...two]).size).toBe(3);
    expect(await versions(written)).toEqual(two);
  } finally {
    await rm(folder, { recursive: true });
  }
});
