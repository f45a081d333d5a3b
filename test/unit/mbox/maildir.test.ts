import { describe, expect, it } from 'vitest';
import { flagsOf, identityIn, nameWith, readMaildirName, uniqueName } from '../../../src/mbox/maildir.js';

const identity = 'a'.repeat(64);
const receivedAt = new Date('2026-11-02T09:00:14.000Z');

describe('a name in a Maildir', () => {
  it('of ours holds when the message came, which it is, and its flags', () => {
    const unique = uniqueName({ receivedAt, identity, size: 1234 });
    const name = nameWith(unique, new Set(['\\Seen', '\\Answered', '\\Recent', '$Label']));
    expect(name).toBe(`1793610014.${identity}.imapdesk,S=1234:2,RS`);
    expect(readMaildirName(name)).toEqual({ unique, at: receivedAt, letters: 'RS' });
    expect(identityIn(name)).toBe(identity);
    expect(identityIn(unique)).toBe(identity);
    expect(identityIn(`1793610014.${identity}.other,S=1234:2,`)).toBeNull();
  });

  it.each([
    ['1793610014.M20046P2137.host,S=4542,W=4642:2,FS', 'FS', ['\\Flagged', '\\Seen']],
    ['1793610014.R1.host', '', []],
    ['1793610014.R1.host:2,SSR', 'RS', ['\\Answered', '\\Seen']],
    ['1793610014.R1.host;2,S', 'S', ['\\Seen']],
    ['1793610014.R1.host:2,DPTabc', 'DPT', []],
  ])('of others: %s', (name, letters, flags) => {
    const read = readMaildirName(name);
    expect(read).toMatchObject({ letters, at: receivedAt });
    expect(flagsOf(read)).toEqual(flags);
  });

  it('may tell no time', () => {
    expect(readMaildirName('msg.1:2,S').at).toBeNull();
    expect(readMaildirName('99999999999999999999.x').at).toBeNull();
  });
});
