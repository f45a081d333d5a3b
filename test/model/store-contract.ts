/**
 * What every MailStore does, as one suite: run over the memory mailbox and over a real server, so that the model and
 * the world cannot drift apart. Each test works in folders of its own.
 */
import { beforeEach, describe, expect, it as vitestIt } from 'vitest';
import { appendOne } from '../../src/mailbox/append-one.js';
import type { MailStore, Query, ReadStore } from '../../src/mailbox/store.js';
import { looksContract } from './looks-contract.js';
import { letter } from './sample-mail.js';

export interface ContractWorld {
  /** Two sessions signed in to one account. */
  readonly store: MailStore;
  readonly other: MailStore;
  /** Whether `move` must tell the new UIDs; without UIDPLUS it may all the same. */
  readonly tellsMovedUids: boolean;
  /** Whether SEARCH counts the bytes of a message as FETCH does; yes if left out. */
  readonly searchCountsAlike?: boolean;
  /** Whether a message that is nothing but another one is read as such without MIME-Version, and whole; yes if left out. */
  readonly readsLoneMessage?: boolean;
}

/** `broken` names tests that fail since the server does not do what it should, each with what it does. */
export function storeContract(
  name: string,
  open: () => Promise<ContractWorld>,
  broken: Readonly<Record<string, string>> = {},
): void {
  const it = (title: string, test: () => Promise<void>): void => {
    if (broken[title] === undefined) vitestIt(title, test);
    else vitestIt.fails(`does not: ${title} (${broken[title]})`, test);
  };

  describe(`MailStore: ${name}`, () => {
    let world: ContractWorld;
    let store: MailStore;
    let other: MailStore;
    let here: string;
    let there: string;
    let rounds = 0;

    beforeEach(async () => {
      world = await open();
      ({ store, other } = world);
      rounds++;
      here = `Contract/Here${rounds}`;
      there = `Contract/There${rounds}`;
      await store.createFolder(here, { subscribe: false });
      await store.createFolder(there, { subscribe: true });
    });

    const all = { and: [] };
    const put = (subject: string, flags: readonly string[] = []): Promise<number> =>
      appendOne(store, here, { raw: mail(subject), flags });

    it('lists and makes folders, and leaves one that exists alone', async () => {
      await put('kept');
      await store.createFolder(here, { subscribe: false });
      expect(await store.folders()).toEqual(expect.arrayContaining(['INBOX', here, there]));
      expect(await store.search(here, all)).toHaveLength(1);
    });

    it('copies messages with their flags, and leaves them where they are', async () => {
      const one = await put('one', ['\\Seen', '\\Flagged']);
      const two = await put('two');
      await store.copy(here, [one, two + 7], there);
      expect(await store.search(here, all)).toEqual([one, two]);
      const [copied] = await other.search(there, all);
      expect(await other.search(there, all)).toHaveLength(1);
      const flags = (await other.flags(there, [copied ?? 0])).get(copied ?? 0);
      expect([...(flags ?? [])].filter((flag) => flag !== '\\Recent').sort()).toEqual([
        '\\Flagged',
        '\\Seen',
      ]);
      expect(await sourceOf(other, there, copied)).toEqual(await sourceOf(store, here, one));
      await store.copy(here, [two + 7], there);
      expect(await other.search(there, all)).toHaveLength(1);
    });

    looksContract(it, () => ({ ...world, here, there }));

    it('knows the folders that mail clients use by their names', async () => {
      await store.createFolder('Sent', { subscribe: false });
      await store.createFolder('Trash', { subscribe: false });
      expect(await store.specialFolders()).toMatchObject({ sent: 'Sent', trash: 'Trash' });
    });

    it('refuses a folder that is not there', async () => {
      await expect(store.state('Contract/Nowhere')).rejects.toMatchObject({
        name: 'Problem',
        temporary: false,
      });
      await expect(store.append('Contract/Nowhere', [{ raw: mail('x'), flags: [] }])).rejects.toMatchObject({
        name: 'Problem',
      });
    });

    it('gives ascending UIDs below UIDNEXT', async () => {
      const first = await put('one');
      const second = await appendOne(other, here, { raw: mail('two'), flags: [] });
      const state = await store.state(here);
      expect(second).toBeGreaterThan(first);
      expect(state.uidNext).toBeGreaterThan(second);
      expect(state.uidValidity).toMatch(/^[1-9][0-9]*$/);
      expect(await other.state(here)).toEqual(state);
    });

    it('appends many in the order given, each read only when its turn comes', async () => {
      const read: string[] = [];
      const messages = ['one', 'two', 'three'].map((subject) => ({
        get raw() {
          read.push(subject);
          return mail(subject);
        },
        flags: subject === 'two' ? ['\\Flagged'] : [],
      }));
      const uids = await store.append(here, messages);
      expect(uids).toHaveLength(3);
      expect(read).toEqual(['one', 'two', 'three']);
      expect(await other.search(here, all)).toEqual(uids);
      for (const [index, subject] of ['one', 'two', 'three'].entries())
        expect(await sourceOf(other, here, uids[index])).toEqual(mail(subject));
      expect(await other.search(here, { flag: '\\Flagged', set: true })).toEqual(uids.slice(1, 2));
      expect(await store.append(here, [])).toEqual([]);
    });

    it('keeps the arrival that it is told, to the second', async () => {
      const dates = ['2019-02-28T23:59:59Z', '2026-01-02T03:04:05Z'].map((date) => new Date(date));
      const letters = dates.map((receivedAt, index) => ({ raw: mail(`of ${index}`), flags: [], receivedAt }));
      const uids = await store.append(here, letters);
      expect((await store.fetch(here, uids)).map(({ receivedAt }) => receivedAt)).toEqual(dates);
    });

    it('appends mail of others without a Message-ID', async () => {
      const raw = Buffer.from('Subject: Theirs\r\n\r\nHello\r\n');
      expect((await store.append(here, [{ raw, flags: [], wantsUid: false }])).length).toBeLessThan(2);
      const [uid] = await other.search(here, { header: 'Subject', contains: 'Theirs' });
      expect(await sourceOf(other, here, uid)).toEqual(raw);
    });

    it('leaves what was appended before one that cannot be', async () => {
      const failing = {
        get raw(): Buffer {
          throw new Error('not to be put together');
        },
        flags: [],
      };
      const before = { raw: mail('before'), flags: [] };
      await expect(store.append(here, [before, failing, before])).rejects.toThrow('not to be put together');
      const uids = await other.search(here, all);
      expect(uids).toHaveLength(1);
      expect(await sourceOf(other, here, uids[0])).toEqual(mail('before'));
    });

    it('gives whole messages, and leaves out what is gone', async () => {
      const uids = [await put('a'), await put('b'), await put('c')];
      await other.remove(here, uids.slice(1, 2));
      const sources = await store.fetchSource(here, [...uids, 99_999]);
      expect([...sources]).toEqual([
        [uids[0], mail('a')],
        [uids[2], mail('c')],
      ]);
      expect((await store.fetchSource(here, [])).size).toBe(0);
    });

    it('shows at once what another session did', async () => {
      await store.search(here, all);
      const uid = await appendOne(other, here, { raw: mail('fresh'), flags: [] });
      expect(await store.search(here, all)).toEqual([uid]);
      await other.setFlags(here, [uid], { add: ['\\Flagged'] });
      expect([...((await store.flags(here, [uid])).get(uid) ?? [])]).toContain('\\Flagged');
      await other.move(here, [uid], there);
      expect(await store.search(here, all)).toEqual([]);
      expect((await store.fetchSource(here, [uid])).size).toBe(0);
    });

    it('gives back header, size, arrival and every byte, and marks nothing seen', async () => {
      const raw = mail('bytes');
      const uid = await appendOne(store, here, { raw, flags: [] });
      const [message] = await store.fetch(here, [uid]);
      expect(await sourceOf(store, here, uid)).toEqual(raw);
      expect(message).toMatchObject({ uid, size: raw.length, structure: null });
      expect(message?.header.toString()).toBe(`${raw.toString().split('\r\n\r\n')[0]}\r\n\r\n`);
      expect(message?.receivedAt).toBeInstanceOf(Date);
      expect((await store.flags(here, [uid])).get(uid)?.has('\\Seen')).toBe(false);
    });

    it('fetches in order of UID, and leaves out what is gone', async () => {
      const uids = [await put('a'), await put('b'), await put('c')];
      await store.remove(here, uids.slice(1, 2));
      const fetched = await store.fetch(here, [...uids].reverse());
      expect(fetched.map((each) => each.uid)).toEqual([uids[0], uids[2]]);
      expect(await store.fetch(here, [])).toEqual([]);
    });

    it('tells the structure, and the beginning of a part', async () => {
      const plain = await put('plain');
      const mixed = await appendOne(store, here, { raw: multipart(), flags: [] });
      const [first, second] = await store.fetch(here, [plain, mixed], { structure: true });
      expect(first?.structure).toMatchObject({
        path: '1',
        type: 'text/plain',
        charset: 'utf-8',
        children: [],
      });
      expect(second?.structure).toMatchObject({ path: '', type: 'multipart/mixed' });
      expect(second?.structure?.children.map(({ path, type }) => [path, type])).toEqual([
        ['1', 'text/plain'],
        ['2', 'application/pdf'],
      ]);
      expect(second?.structure?.children[1]).toMatchObject({ disposition: 'attachment', fileName: 'a.pdf' });
      const parts = await store.fetchPart(here, [plain, mixed], { path: '1', maxBytes: 5 });
      expect([...parts].map(([uid, bytes]) => [uid, bytes.toString()])).toEqual([
        [plain, 'Hello'],
        [mixed, 'First'],
      ]);
    });

    it('gives an attached message from its header on, as the part that it is', async () => {
      const inside = 'From: kim@contract.example\r\nSubject: inside\r\n\r\nText\r\n';
      const lines = [
        'Subject: outside',
        'Message-ID: <attached@contract.example>',
        'MIME-Version: 1.0',
        'Content-Type: multipart/mixed; boundary="b"',
        '',
        '--b',
        'Content-Type: text/plain',
        '',
        'See below.',
        '--b',
        'Content-Type: message/rfc822',
        '',
        `${inside}--b--`,
        '',
      ];
      const uid = await appendOne(store, here, { raw: Buffer.from(lines.join('\r\n')), flags: [] });
      const [message] = await store.fetch(here, [uid], { structure: true });
      expect(message?.structure?.children[1]).toMatchObject({ path: '2', type: 'message/rfc822' });
      const parts = await store.fetchPart(here, [uid], { path: '2', maxBytes: 40 });
      expect(parts.get(uid)?.toString()).toBe(inside.slice(0, 40));
      const version = world.readsLoneMessage === false ? 'MIME-Version: 1.0\r\n' : '';
      const whole = Buffer.from(
        `Message-ID: <only@contract.example>\r\n${version}Content-Type: message/rfc822\r\n\r\n${inside}`,
      );
      const only = await appendOne(store, here, { raw: whole, flags: [] });
      const [alone] = await store.fetch(here, [only], { structure: true });
      expect(alone?.structure).toMatchObject({ path: '1', type: 'message/rfc822' });
      const parts1 = await store.fetchPart(here, [only], { path: '1', maxBytes: 40 });
      const begins = world.readsLoneMessage === false ? 'Text' : inside.slice(0, 40);
      expect(parts1.get(only)?.toString().slice(0, begins.length)).toBe(begins);
    });

    it('searches by UID, flag, field, size, day, and by their and and or', async () => {
      const a = await put('alpha', ['\\Flagged']);
      const b = await put('Beta Gamma');
      const size = mail('alpha').length;
      const found = async (query: Parameters<MailStore['search']>[1]): Promise<unknown> =>
        store.search(here, query);
      expect(await found({ uids: [b, a, 99_999] })).toEqual([a, b]);
      expect(await found({ uidFrom: b })).toEqual([b]);
      expect(await found({ uidFrom: b + 1 })).toEqual([]);
      expect(await found({ flag: '\\Flagged', set: true })).toEqual([a]);
      expect(await found({ flag: '\\Flagged', set: false })).toEqual([b]);
      expect(await found({ header: 'Subject', contains: 'gamma' })).toEqual([b]);
      expect(await found({ header: 'Message-ID', contains: '<alpha@contract.example>' })).toEqual([a]);
      expect(await found({ not: { header: 'Subject', contains: 'gamma' } })).toEqual([a]);
      expect(await found({ not: { header: 'X-Of-None', contains: 'T' } })).toEqual([a, b]);
      expect(await found({ size })).toEqual(world.searchCountsAlike === false ? [] : [a]);
      expect(await found({ or: [{ uids: [a] }, { header: 'Subject', contains: 'Beta' }] })).toEqual([a, b]);
      expect(await found({ and: [{ uids: [a, b] }, { flag: '\\Flagged', set: false }] })).toEqual([b]);
      const [message] = await store.fetch(here, [a]);
      const arrived = message?.receivedAt ?? new Date(0);
      expect(await found({ since: new Date(arrived.getTime() - DAY_MS) })).toEqual([a, b]);
      expect(await found({ since: new Date(arrived.getTime() + 2 * DAY_MS) })).toEqual([]);
      expect(await found({ before: new Date(arrived.getTime() - DAY_MS) })).toEqual([]);
      expect(await found({ before: new Date(arrived.getTime() + 2 * DAY_MS) })).toEqual([a, b]);
    });

    it('names of a run with gaps only what is there, and counts it', async () => {
      const uids: number[] = [];
      for (const subject of ['a', 'b', 'c', 'd', 'e', 'f']) uids.push(await put(subject));
      const [a, b = 0, c, d = 0, e, f] = uids;
      await store.remove(here, [b]);
      await other.setFlags(here, [d], { add: ['\\Deleted'] });
      expect(await store.search(here, all)).toEqual([a, c, e, f]);
      expect(await store.count(here, all)).toBe(4);
      expect(await store.count(here, { uidFrom: c ?? 0 })).toBe(3);
      expect(
        await store.search(here, { and: [{ uidFrom: b }, { header: 'Subject', contains: 'e' }] }),
      ).toEqual([e]);
    });

    it('counts what a search finds, each message once, and shows at once what another session did', async () => {
      const a = await put('alpha', ['\\Flagged']);
      const b = await put('beta', ['\\Flagged', '\\Answered']);
      const counted = async (query: Query): Promise<number> => {
        const count = await store.count(here, query);
        expect(count).toBe((await store.search(here, query)).length);
        return count;
      };
      expect(await counted({ flag: '\\Flagged', set: true })).toBe(2);
      expect(await counted({ header: 'Subject', contains: 'beta' })).toBe(1);
      expect(await counted({ header: 'Subject', contains: 'gamma' })).toBe(0);
      expect(await counted({ or: [] })).toBe(0);
      expect(await counted({ uids: [] })).toBe(0);
      expect(await counted({ uidFrom: b + 1 })).toBe(0);
      const both = { and: [{ uidFrom: a }, { flag: '\\Answered', set: false }] };
      expect(await counted(both)).toBe(1);
      // More alternatives than one command takes, all of them met by the same message.
      const many = Array.from({ length: 200 }, () => ({ header: 'Subject', contains: 'alpha' }));
      expect(await counted({ or: [...many, { uids: [b] }] })).toBe(2);
      const fresh = await appendOne(other, here, { raw: mail('gamma'), flags: [] });
      expect(await store.count(here, all)).toBe(3);
      await other.setFlags(here, [fresh], { add: ['\\Answered'] });
      expect(await counted(both)).toBe(1);
      await expect(store.count('Contract/Nowhere', all)).rejects.toMatchObject({ name: 'Problem' });
    });

    it('matches nothing by an empty or, no UIDs, or an empty folder, and all by an empty and', async () => {
      expect(await store.search(here, { uidFrom: 1 })).toEqual([]);
      const uid = await put('one');
      expect(await store.search(here, { or: [] })).toEqual([]);
      expect(await store.search(here, { uids: [] })).toEqual([]);
      expect(await store.search(here, { and: [{ or: [] }, { uidFrom: 1 }] })).toEqual([]);
      expect(await store.search(here, all)).toEqual([uid]);
    });

    it('sets, adds and takes flags, and does not mind a UID that is gone', async () => {
      const uid = await put('flags', ['\\Seen']);
      const flags = async (): Promise<readonly string[]> =>
        [...((await store.flags(here, [uid])).get(uid) ?? [])].filter((each) => each !== '\\Recent').sort();
      expect(await flags()).toEqual(['\\Seen']);
      await store.setFlags(here, [uid, uid + 50], { add: ['\\Flagged', '\\Answered'] });
      expect(await flags()).toEqual(['\\Answered', '\\Flagged', '\\Seen']);
      await store.setFlags(here, [uid], { remove: ['\\Answered'] });
      expect(await flags()).toEqual(['\\Flagged', '\\Seen']);
      await store.setFlags(here, [uid], { set: ['\\Answered'] });
      expect(await flags()).toEqual(['\\Answered']);
      await store.setFlags(here, [uid], { set: [] });
      expect(await flags()).toEqual([]);
      await store.setFlags(here, [uid + 50], { set: ['\\Seen'] });
      await store.setFlags(here, [], { add: ['\\Seen'] });
    });

    it('moves with flags, bytes and arrival, and tells what has moved', async () => {
      const uids = [await put('a', ['\\Flagged', '\\Seen']), await put('b')];
      const [before] = await store.fetch(here, uids);
      const moved = await store.move(here, [...uids, 99_999], there);
      expect([...moved.keys()].sort((x, y) => x - y)).toEqual(uids);
      expect(await store.search(here, all)).toEqual([]);
      const arrived = await other.search(there, all);
      const [after] = await other.fetch(there, arrived);
      expect(arrived).toHaveLength(2);
      const told = [...moved.values()];
      if (world.tellsMovedUids || told[0] !== null) expect(told).toEqual(arrived);
      expect(after?.receivedAt).toEqual(before?.receivedAt);
      expect([...(after?.flags ?? [])]).toEqual(expect.arrayContaining(['\\Flagged', '\\Seen']));
      expect(await sourceOf(other, there, arrived[0])).toEqual(mail('a'));
    });

    it('does not tell of a move what was gone', async () => {
      const uid = await put('gone');
      await other.remove(here, [uid]);
      expect((await store.move(here, [uid], there)).size).toBe(0);
      expect((await store.move(here, [], there)).size).toBe(0);
      expect(await store.search(there, all)).toEqual([]);
    });

    it('takes a message with \\Deleted for nowhere', async () => {
      const uid = await put('deleted');
      const kept = await put('kept');
      await other.setFlags(here, [uid], { add: ['\\Deleted'] });
      expect(await store.search(here, all)).toEqual([kept]);
      expect(await store.search(here, { header: 'Subject', contains: 'deleted' })).toEqual([]);
      expect(await store.fetch(here, [uid])).toEqual([]);
      await other.setFlags(here, [uid], { remove: ['\\Deleted'] });
      expect(await store.search(here, all)).toEqual([uid, kept]);
    });

    it('removes what it is told, and nothing that others marked \\Deleted', async () => {
      const theirs = await put('theirs');
      const ours = await put('ours');
      await other.setFlags(here, [theirs], { add: ['\\Deleted'] });
      await store.remove(here, [ours, 99_999]);
      expect(await store.search(here, all)).toEqual([]);
      await other.setFlags(here, [theirs], { remove: ['\\Deleted'] });
      expect(await store.search(here, all)).toEqual([theirs]);
    });

    it('never gives a UID again', async () => {
      const uid = await put('once');
      await store.remove(here, [uid]);
      expect(await put('twice')).toBeGreaterThan(uid);
    });
  });
}

const DAY_MS = 86_400_000;

async function sourceOf(store: ReadStore, folder: string, uid = 0): Promise<Buffer | undefined> {
  return (await store.fetchSource(folder, [uid])).get(uid);
}

function mail(subject: string): Buffer {
  const messageId = `${subject.replaceAll(' ', '-')}@contract.example`;
  return letter({ from: 'ann@example.org', to: 'desk@example.com', subject, messageId });
}

function multipart(): Buffer {
  const lines = [
    'From: ann@example.org',
    'Message-ID: <multipart@contract.example>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'First part.',
    '--b',
    'Content-Type: application/pdf; name="a.pdf"',
    'Content-Disposition: attachment; filename="a.pdf"',
    'Content-Transfer-Encoding: base64',
    '',
    'QUJD',
    '--b--',
    '',
  ];
  return Buffer.from(lines.join('\r\n'));
}
