/** The table of docs/pipe.md about exit codes is what real mail servers do. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findMta } from '../servers/mta.js';
import { type Column, measure } from './mta-codes.js';
import { sectionOf } from './pipe-page.js';

const names = ['exim', 'postfix', 'opensmtpd'] as const;
const found = await Promise.all(names.map(async (name) => ({ name, ...(await findMta(name)) })));

/** The columns of the page, by the codes and words of its first one: `1, 64` stands for two rows. */
const [titles = [], , ...rows] = sectionOf('What mail servers make of an exit code')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

function columnTold(title: string): Column {
  const index = titles.indexOf(title);
  return new Map(
    rows.flatMap((cells) => {
      const [first = ''] = cells;
      const ends = /^\d+(?:, \d+)*$/.test(first) ? first.split(', ') : [first];
      return ends.map((one): [string, string] => [one, cells[index] ?? '']);
    }),
  );
}

describe('the table of the page', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp('/tmp/probe');
    await chmod(folder, 0o711);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  describe.each(found)('about $kind.name', ({ name, kind, missing }) => {
    it.skipIf(missing !== '')('is what it does', async () => {
      const measured = await measure(name, folder);
      const told = columnTold(`${kind.name} ${kind.version}`);
      expect(Object.fromEntries(told)).toEqual(Object.fromEntries(measured));
    });
  });

  it('tells that 75 is deferred by all, and the one code that is', () => {
    const deferredByAll = rows.filter(([, ...fates]) => fates.every((fate) => fate === 'deferred'));
    expect(deferredByAll.map(([first]) => first).filter((first) => /^\d/.test(first ?? ''))[0]).toBe('75');
  });
});
