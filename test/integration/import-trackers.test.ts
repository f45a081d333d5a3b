/** What other trackers give out becomes tickets of a real mailbox, by the built command: what docs/mbox.md says of them. */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { DeskBench } from './desk-bench.js';

const roundup = fileURLToPath(new URL('../fixtures/roundup/2.6.0', import.meta.url));

it('an export of Roundup comes with numbers and states, once, and nobody is told', async () => {
  const bench = await DeskBench.start();
  try {
    await bench.pass();
    expect(await bench.ok('import', roundup, '--closed', 'resolved,done-cbb', '--dry-run')).toBe(
      [
        `${roundup}: 5 tickets with 7 messages, 3 of them open`,
        '  5 tickets would be imported, as 1 to 6',
        '  left out as retired: 1 issue, 1 message',
        '  left out 1 message of no issue, or of a retired one',
        '  an empty message stands for 1 issue without any',
        '  without an address: 1 user',
        '',
      ].join('\n'),
    );
    const [report] = await bench.json('import', roundup, '--closed', 'resolved,done-cbb');
    expect(report).toMatchObject({ added: 5, brought: 7, open: 3, refused: [] });
    await bench.pass();
    const [again] = await bench.json('import', roundup, '--closed', 'resolved,done-cbb');
    expect(again).toMatchObject({ added: 0, brought: 0 });
    const listed = await bench.json('list', '--state', 'all');
    const byNumber = listed.toSorted((a, b) => Number(a['ticket']) - Number(b['ticket']));
    expect(byNumber.map(({ ticket, state, requester }) => [ticket, state, requester])).toEqual([
      [1, 'open', 'jane@example.org'],
      [2, 'archived', 'juergen@example.com'],
      [4, 'open', 'juergen@example.com'],
      [5, 'archived', 'roundup-admin@example.com'],
      [6, 'open', null],
    ]);
    expect(await bench.ok('show', '4')).toContain('Jürgen sagt: läuft wieder.');
    expect(bench.world.sent).toEqual([]);
  } finally {
    await bench.stop();
  }
});
