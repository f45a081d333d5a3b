/** Which room may import what: `rooms.ts` is the table, and here every import of `src` is held against it, types too. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { MailStore, ReadStore } from '../../src/mailbox/store.js';
import type { planFiling } from '../../src/worker/plan/file.js';
import type { Desk, WorkingDesk } from '../../src/worker/workplace/desk.js';
import { ROOMS, type Room } from './rooms.js';

const root = fileURLToPath(new URL('../../src', import.meta.url));
/** `import … from`, `export … from`, `import '…'` and `import('…')`. */
const IMPORTED = /(?:\bfrom '([^'\s]+)';|\bimport '([^'\s]+)';|\bimport\(\s*'([^'\s]+)'\s*\))/g;
const MAX_ARROWS_IN_WORKER = 40;
const MAX_ROOMS_IN_WORKER = 13;

interface Import {
  readonly file: string;
  /** A file of `src`, or a package. */
  readonly imported: string;
  readonly isFile: boolean;
}

const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const imports = files.flatMap((file) => importsOf(file, readFileSync(join(root, file), 'utf8')));

function importsOf(file: string, text: string): readonly Import[] {
  return [...text.matchAll(IMPORTED)].map(([, from, alone, called]) => {
    const name = from ?? alone ?? called ?? '';
    return name.startsWith('.')
      ? { file, imported: normalize(join(dirname(file), name)).replace(/\.js$/, '.ts'), isFile: true }
      : { file, imported: name, isFile: false };
  });
}

function mayHave(list: readonly string[], name: string): boolean {
  return list.some((one) => (one.endsWith('*') ? name.startsWith(one.replace(/\/?\*+$/, '')) : one === name));
}

function isAllowed(rooms: readonly Room[], { file, imported, isFile }: Import): boolean {
  const row = rooms.find(({ room }) => room === dirname(file));
  if (row === undefined) return false;
  if (!isFile) return mayHave(row.packages, imported);
  const to = dirname(imported);
  return to === row.room || mayHave(row.rooms, to);
}

/** Arrows between rooms, each once. */
function arrows(within: string): readonly string[] {
  const between = imports
    .filter(({ isFile }) => isFile)
    .map(({ file, imported }) => [dirname(file), dirname(imported)] as const)
    .filter(([from, to]) => from !== to && from.startsWith(within) && to.startsWith(within));
  return [...new Set(between.map(([from, to]) => `${from} > ${to}`))];
}

/** Files that import each other, at once or through others. */
function circles(edges: readonly Import[]): readonly string[] {
  const next = new Map<string, string[]>();
  for (const { file, imported, isFile } of edges)
    if (isFile) next.set(file, [...(next.get(file) ?? []), imported]);
  const reaches = (start: string): boolean => {
    const seen = new Set<string>();
    const stack = [...(next.get(start) ?? [])];
    for (let file = stack.pop(); file !== undefined; file = stack.pop()) {
      if (file === start) return true;
      if (!seen.has(file)) stack.push(...(next.get(file) ?? []));
      seen.add(file);
    }
    return false;
  };
  return [...next.keys()].filter(reaches);
}

describe('the rooms of src', () => {
  it('are all in the table, and all there', () => {
    expect([...new Set(files.map((file) => dirname(file)))].sort()).toEqual(
      ROOMS.map(({ room }) => room).sort(),
    );
  });

  it('import only what their row allows', () => {
    const wrong = imports.filter((one) => !isAllowed(ROOMS, one));
    expect(wrong.map(({ file, imported }) => `${file} imports ${imported}`)).toEqual([]);
  });

  it('are granted nothing that they do not use', () => {
    const unused = ROOMS.flatMap(({ room, rooms, packages }) => {
      const own = imports.filter(({ file }) => dirname(file) === room);
      const uses = (grant: string, isFile: boolean): boolean =>
        own.some(
          (one) => one.isFile === isFile && mayHave([grant], isFile ? dirname(one.imported) : one.imported),
        );
      return [
        ...rooms.filter((grant) => !uses(grant, true)),
        ...packages.filter((grant) => !uses(grant, false)),
      ].map((grant) => `${room}: ${grant}`);
    });
    expect(unused).toEqual([]);
  });

  it('stand in an order in which no arrow goes up', () => {
    const order = ROOMS.map(({ room }) => room);
    const up = arrows('').filter((arrow) => {
      const [from = '', to = ''] = arrow.split(' > ');
      return order.indexOf(from) < order.indexOf(to);
    });
    expect(up).toEqual([]);
  });

  it('hold no files that import each other in a circle', () => {
    expect(circles(imports)).toEqual([]);
  });

  it('are few in the worker, with few arrows between them', () => {
    expect(ROOMS.filter(({ room }) => room.startsWith('worker/')).length).toBeLessThanOrEqual(
      MAX_ROOMS_IN_WORKER,
    );
    expect(arrows('worker/').length).toBeLessThanOrEqual(MAX_ARROWS_IN_WORKER);
  });
});

/** A call of what writes into a mailbox, by the name that a store has everywhere. */
const WRITES = /\bstore\??\.(?:createFolder|append|setFlags|move|copy|remove)\(/;

describe('the mailbox', () => {
  it('is written to in one room of the worker, and by nobody above it', () => {
    const writing = files.filter(
      (file) =>
        /^(?:worker|import|export|web|commands)\//.test(file) &&
        WRITES.test(readFileSync(join(root, file), 'utf8')),
    );
    // The first watches what it passes on. The second lets it wait for the claim, whose own entries it writes. The third
    // writes a worker's own entry in the line, without which it may not begin a pass.
    const passOn = [
      'worker/pass/watched-store.ts',
      'worker/run/claimed-pass.ts',
      'worker/run/line-entries.ts',
    ];
    expect(writing.filter((file) => !file.startsWith('worker/carry-out/')).sort()).toEqual(passOn);
  });

  it('is not even named as one that can be written to by who sees and plans', () => {
    const naming = files.filter(
      (file) =>
        /^worker\/(?:effects|sight|plan)\//.test(file) &&
        /\b(?:WorkingDesk|MailStore|Courier|appendOne)\b/.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(naming).toEqual([]);
  });

  it('cannot be written to by who sees and plans: the compiler says so', () => {
    type Writing = 'createFolder' | 'append' | 'setFlags' | 'move' | 'copy' | 'remove';
    expectTypeOf<Exclude<keyof MailStore, keyof ReadStore>>().toEqualTypeOf<Writing>();
    expectTypeOf<Desk['store']>().toEqualTypeOf<ReadStore>();
    expectTypeOf<Parameters<typeof planFiling>[0]>().toEqualTypeOf<Desk>();
    expectTypeOf<Desk>().not.toExtend<WorkingDesk>();
    expectTypeOf<keyof Desk['claim']>().toEqualTypeOf<'see'>();
  });
});

describe('an import that goes against the table', () => {
  it.each([
    ['message/header/bad.ts', "import { decide } from '../../desk/decide/decide.js';"],
    ['message/header/bad.ts', "import type { DeskPolicy } from '../../desk/policy.js';"],
    ['message/header/bad.ts', "import { readFileSync } from 'node:fs';"],
    ['message/body/bad.ts', "import { readFile } from 'node:fs/promises';"],
    ['message/inside/bad.ts', "import { spawn } from 'node:child_process';"],
    ['message/compose/bad.ts', "import { ImapFlow } from 'imapflow';"],
    ['desk/decide/bad.ts', "import type { MailStore } from '../../mailbox/store.js';"],
    ['desk/letters/bad.ts', "import { loadConfig } from '../../config/load.js';"],
    ['desk/decide/bad.ts', "export { connect } from 'node:net';"],
    ['mailbox/imap/bad.ts', "import { runPass } from '../../worker/pass/pass.js';"],
    ['mailbox/imap/bad.ts', "import { createTransport } from 'nodemailer';"],
    ['delivery/bad.ts', "import type { MailStore } from '../mailbox/store.js';"],
    ['delivery/bad.ts', "import { ImapFlow } from 'imapflow';"],
    ['worker/plan/bad.ts', "import { carryOut } from '../carry-out/carry-out.js';"],
    ['worker/plan/bad.ts', "type Sent = import('../send/drain.js').Sent;"],
    ['worker/sight/bad.ts', "await import('../plan/file.js');"],
    ['worker/ask/bad.ts', "import { once } from '../../commands/once.js';"],
    ['worker/run/bad.ts', "import 'imapflow';"],
    ['commands/bad.ts', "import { createTransport } from 'nodemailer';"],
    ['config/bad.ts', "import { decide } from '../desk/decide/decide.js';"],
    ['nowhere/bad.ts', "import { EXIT } from '../problem/problem.js';"],
  ])('is seen: %s %s', (file, text) => {
    const [found] = importsOf(file, text);
    expect(found === undefined ? true : isAllowed(ROOMS, found)).toBe(false);
  });

  it('is seen where two files import each other, types too', () => {
    const one = importsOf('desk/one.ts', "import type { Two } from './two.js';");
    const two = importsOf('desk/two.ts', "export type { One } from './one.js';");
    expect(circles([...one, ...two])).toEqual(['desk/one.ts', 'desk/two.ts']);
  });
});

describe('an import that goes with the table', () => {
  it.each([
    ['message/header/good.ts', "import { createHash } from 'node:crypto';"],
    ['message/inside/good.ts', "import { isUtf8 } from 'node:buffer';"],
    ['desk/decide/good.ts', "import type { Facts } from '../../message/facts/facts.js';"],
    ['mailbox/imap/good.ts', "import { ImapFlow } from 'imapflow';"],
    ['delivery/good.ts', "import SMTPConnection from 'nodemailer/lib/smtp-connection';"],
    ['worker/carry-out/good.ts', "import type { MailStore } from '../../mailbox/store.js';"],
    ['worker/plan/good.ts', "import type { Effects } from '../effects/effects.js';"],
    ['commands/good.ts', "import { beginDesk } from '../worker/pass/open-desk.js';"],
  ])('is let through: %s %s', (file, text) => {
    expect(importsOf(file, text).map((one) => isAllowed(ROOMS, one))).toEqual([true]);
  });
});
