import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { dovecotProgram, runDesk } from './world.js';

const MAX_DEMO_MS = 120_000;

async function worlds(): Promise<readonly string[]> {
  return (await readdir('/tmp')).filter((name) => /^desk\w{6}$/.test(name));
}

it('plays to its end without a terminal and without UTF-8', { timeout: MAX_DEMO_MS }, async () => {
  const env = { IMAPDESK_DOVECOT: await dovecotProgram(), LC_ALL: 'C' };
  const { code, stdout, stderr } = await runDesk(['demo', '--once'], { env, timeoutMs: MAX_DEMO_MS });
  expect(stderr).toBe('');
  expect(stdout).toContain('WHAT HAPPENED');
  expect(stdout).toMatch(/mutt -n -F \/tmp\/desk\w{6}\/steve\.muttrc/);
  expect(stdout).toMatch(/^[\n -~]*$/);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('Stopped. Nothing is left behind.');
  expect(code).toBe(0);
  const [, folder] = /\/tmp\/(desk\w{6})\//.exec(stdout) ?? [];
  expect(await worlds()).not.toContain(folder);
});

it('says what to do where there is no Dovecot', async () => {
  const env = { IMAPDESK_DOVECOT: '/no/such/dovecot' };
  const { code, stdout } = await runDesk(['demo', '--once'], { env });
  expect(stdout).toContain('/no/such/dovecot');
  expect(code).toBe(69);
});
