/** What dist/main.js says to a Node that is too old: in words that it understands, whatever the rest of dist is written in. */
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { parseSync } from 'rolldown/utils';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const START = join(root, 'src/start.js');
const WORK = `process.stdout.write('at work with ' + process.argv.slice(2).join(' '));`;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imapdesk-start-'));
  await cp(START, join(folder, 'main.js'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Started {
  readonly code: number | null;
  readonly said: string;
}

/** Starts it beside a program of that text, in this Node, which gives itself out as `version`. */
async function start(
  program: string,
  version = process.versions.node,
  args: readonly string[] = ['list', '--json'],
): Promise<Started> {
  await writeFile(join(folder, 'imapdesk.js'), program);
  const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`;
  await writeFile(join(folder, 'pretend.cjs'), pretend);
  const child = spawn(
    process.execPath,
    ['-r', join(folder, 'pretend.cjs'), join(folder, 'main.js'), ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (piece: Buffer) => {
      said += piece.toString();
    });
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  return { code, said };
}

describe('the version of Node', () => {
  it.each(['10.24.1', '12.22.12', '18.20.8', '19.9.0', '20.0.0', '20.18.3'])(
    '%s is too old',
    async (version) => {
      expect(await start(WORK, version)).toEqual({
        code: 78,
        said: `imapdesk needs Node.js 20.19 or newer; this is ${version}.\n`,
      });
    },
  );

  it.each(['20.19.0', '20.20.2', '21.0.0', '22.1.0', '24.0.0', '100.0.0'])('%s will do', async (version) => {
    expect(await start(WORK, version)).toEqual({ code: 0, said: 'at work with list --json' });
  });

  it('is the one that package.json asks for', async () => {
    const { engines } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    const [, major, minor] = /^>=(\d+)\.(\d+)\.0$/.exec(engines.node) ?? [];
    expect(await readFile(START, 'utf8')).toContain(`\nvar OLDEST = [${major}, ${minor}];\n`);
  });
});

describe('the end of the program', () => {
  it('is the end of the process, with its exit code', async () => {
    expect(await start('await null; process.exitCode = 69;')).toEqual({ code: 69, said: '' });
    expect(await start('process.exit(0); await new Promise(() => undefined);')).toEqual({
      code: 0,
      said: '',
    });
  });

  it('is a mistake where it is still waiting, and nothing is left that could come', async () => {
    expect(await start('await new Promise(() => undefined);')).toEqual({
      code: 70,
      said: 'imapdesk: ended before its work was done; please report this\n',
    });
  });

  it('is a mistake where it throws, or where a part of it is not there', async () => {
    const thrown = await start('throw new Error("no more");');
    expect(thrown.code).toBe(70);
    expect(thrown.said).toMatch(/^imapdesk: Error: no more\n +at /);
    const missing = await start("import './gone.js';");
    expect(missing.code).toBe(70);
    expect(missing.said).toContain('gone.js');
  });
});

describe('of a pipe', () => {
  const deliver = (program: string, version?: string): Promise<Started> =>
    start(program, version, ['-c', 'config.json', 'deliver']);

  it('the end is 0 or 75, however it comes', async () => {
    expect((await deliver('await null;')).code).toBe(0);
    for (const program of [
      'process.exitCode = 69;',
      'process.exit(78);',
      'throw new Error("no more");',
      "import './gone.js';",
      'await new Promise(() => undefined);',
      'setTimeout(() => { throw new Error("no more"); }); await new Promise((fulfil) => setTimeout(fulfil, 999));',
      'Promise.reject(new Error("no more")); await new Promise((fulfil) => setTimeout(fulfil, 999));',
    ])
      expect((await deliver(program)).code, program).toBe(75);
  });

  it('the end is 75 for an old Node', async () => {
    expect((await deliver(WORK, '18.20.8')).code).toBe(75);
  });
});

/** Of ECMAScript 5.1 as much as is used, and import(), which Node 10 reads. */
const OLD_SYNTAX = [
  'ArrayExpression',
  'AssignmentExpression',
  'BinaryExpression',
  'BlockStatement',
  'CallExpression',
  'ExpressionStatement',
  'FunctionDeclaration',
  'FunctionExpression',
  'Hashbang',
  'Identifier',
  'IfStatement',
  'ImportExpression',
  'Literal',
  'LogicalExpression',
  'MemberExpression',
  'ParenthesizedExpression',
  'Program',
  'ReturnStatement',
  'VariableDeclaration',
  'VariableDeclarator',
];

/** What an old Node would not understand in it. */
function newSyntaxIn(text: string): readonly string[] {
  const { program, errors } = parseSync('start.js', text, { sourceType: 'script' });
  const found = new Set<string>(errors.map(({ message }) => message));
  const look = (node: { readonly type: string; readonly kind?: unknown }): void => {
    if (!OLD_SYNTAX.includes(node.type)) found.add(node.type);
    if (node.type === 'VariableDeclaration' && node.kind !== 'var') found.add(String(node.kind));
  };
  JSON.stringify(program, (_key, value) => {
    if (typeof value?.type === 'string') look(value);
    return typeof value === 'bigint' ? null : value;
  });
  return [...found];
}

describe('its text', () => {
  it('has no syntax that an old Node does not know, as a script and as a module', async () => {
    const text = await readFile(START, 'utf8');
    expect(newSyntaxIn(text)).toEqual([]);
    expect(() => new Script(text.replace(/^#!.*/, ''))).not.toThrow();
  });

  it.each([
    ['const a = 1;', ['const']],
    ['var a = () => 1;', ['ArrowFunctionExpression']],
    ['var a = `1`;', ['TemplateLiteral', 'TemplateElement']],
    ['var a = b?.c;', ['ChainExpression']],
    ['async function a() { await b; }', ['AwaitExpression']],
  ])('would show such syntax: %s', (text, expected) => {
    expect(newSyntaxIn(text)).toEqual(expected);
  });
});
