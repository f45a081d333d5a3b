/** The layers are kept by the linter; here it is shown that it does so. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imapdesk-layers-'));
  await cp(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the linter says of a file with this one import. */
async function lint(file: string, imported: string): Promise<string> {
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `import * as other from '${imported}';\nexport const used = other;\n`);
  return new Promise((resolve) => {
    const oxlint = join(root, 'node_modules/.bin/oxlint');
    execFile(oxlint, ['--deny-warnings', file], { cwd: folder }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}

describe('an import that goes against the layers', () => {
  it.each([
    ['src/message/bad.ts', '../desk/decide.js'],
    ['src/message/bad.ts', 'node:fs'],
    ['src/message/bad.ts', 'node:fs/promises'],
    ['src/message/bad.ts', 'node:child_process'],
    ['src/message/bad.ts', 'imapflow'],
    ['src/desk/bad.ts', '../mailbox/store.js'],
    ['src/desk/bad.ts', '../config/load.js'],
    ['src/desk/bad.ts', 'node:net'],
    ['src/mailbox/bad.ts', '../worker/pass.js'],
    ['src/mailbox/bad.ts', 'nodemailer'],
    ['src/delivery/bad.ts', '../mailbox/store.js'],
    ['src/delivery/bad.ts', 'imapflow'],
    ['src/worker/bad.ts', '../commands/once.js'],
    ['src/worker/bad.ts', 'imapflow'],
    ['src/commands/bad.ts', 'nodemailer'],
    ['src/config/bad.ts', '../desk/decide.js'],
  ])('%s may not import %s', async (file, imported) => {
    expect(await lint(file, imported)).toContain('no-restricted-imports');
  });
});

describe('an import that goes with the layers', () => {
  it.each([
    ['src/message/good.ts', 'node:crypto'],
    ['src/message/good.ts', 'node:buffer'],
    ['src/desk/good.ts', '../message/facts.js'],
    ['src/mailbox/good.ts', 'imapflow'],
    ['src/delivery/good.ts', 'nodemailer'],
    ['src/worker/good.ts', '../mailbox/store.js'],
    ['src/commands/good.ts', '../worker/pass.js'],
  ])('%s may import %s', async (file, imported) => {
    expect(await lint(file, imported)).not.toContain('no-restricted-imports');
  });
});
