import { describe, expect, it } from 'vitest';
import { ConfigProblem } from '../../../../src/config/problem.js';
import { Problem } from '../../../../src/problem/problem.js';
import { chooseLevel, createLog, type LogOptions } from '../../../../src/worker/watch/log.js';

function logTo(options: Partial<LogOptions> = {}) {
  const written: string[] = [];
  const destination = { write: (text: string) => void written.push(text) };
  const log = createLog({ level: 'debug', format: 'json', terminal: false, destination, ...options });
  return {
    log,
    text: () => written.join(''),
    last: (): Record<string, unknown> => {
      const parsed: unknown = JSON.parse(written.at(-1) ?? '');
      return { ...Object(parsed) };
    },
  };
}

describe('createLog', () => {
  it('writes one JSON object a line', () => {
    const { log, text, last } = logTo();
    log.child({ desk: 'Example Support' }).info({ uid: 7, ticket: 1 }, 'filed %s', 'new');
    expect(text().endsWith('\n')).toBe(true);
    expect(last()).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      desk: 'Example Support',
      uid: 7,
      ticket: 1,
      msg: 'filed new',
    });
  });

  it('writes for people at once, without colours where there is no terminal', () => {
    const plain = logTo({ format: 'pretty' });
    plain.log.child({ desk: 'Support' }).info({ uid: 7 }, 'filed');
    expect(plain.text()).toMatch(/^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] INFO: Support: filed \(uid 7\)\n$/);
  });

  const WATCHED = { format: 'pretty', terminal: true } as const;
  const style = { colours: false, detailed: false, namesDesks: false };

  it.each([
    ['error', 'ERROR: '],
    ['warn', 'WARN: '],
    ['info', ''],
    ['debug', 'DEBUG: '],
    ['trace', 'DEBUG: '],
  ] as const)('writes the time and the words where somebody watches: %s', (level, shown) => {
    const { log, text } = logTo({ ...WATCHED, level: 'trace', style });
    const before = new Date();
    log.child({ desk: 'Support' })[level]({ uid: 7, ticket: 3, reasons: ['one', 'two', 'three'] }, 'filed');
    const after = new Date();
    const time = text().slice(0, 8);
    expect([before, after].map((at) => at.toTimeString().slice(0, 8))).toContain(time);
    expect(text().slice(8)).toBe(` ${shown}filed (ticket 3; one; two)\n`);
  });

  it('tells who watches more if asked, and of which desk it is where there are several', () => {
    const { log, text } = logTo({ ...WATCHED, style: { ...style, detailed: true, namesDesks: true } });
    log.child({ desk: 'Support' }).info({ uid: 7, reasons: ['one', 'two', 'three'] }, 'filed');
    expect(text().slice(8)).toBe(' Support: filed (uid 7; one; two; three)\n');
  });

  it('has colours where they are wanted, for what was decided too', () => {
    const inColour = { ...style, colours: true };
    const watched = logTo({ ...WATCHED, style: inColour });
    watched.log.info({ kind: 'new', ticket: 3 }, 'new: ticket 3');
    watched.log.warn({}, 'odd');
    expect(watched.text().replaceAll(/\d\d:\d\d:\d\d/g, 'T')).toBe(
      '\u001b[90mT\u001b[39m \u001b[32mnew\u001b[39m: ticket 3\n' +
        '\u001b[90mT\u001b[39m \u001b[33mWARN\u001b[39m: odd\n',
    );
    const written = logTo({ format: 'pretty', style: inColour });
    written.log.error({ uid: 7 }, 'lost');
    expect(written.text().replace(/^\[.*?\] /, '')).toBe(
      '\u001b[31mERROR\u001b[39m: \u001b[36mlost (uid 7)\u001b[39m\n',
    );
  });

  it('writes its lines around what else is at the bottom of the terminal', () => {
    const calls: string[] = [];
    const around = (write: () => void): void => {
      calls.push('before');
      write();
      calls.push('after');
    };
    const destination = { write: (text: string) => void calls.push(text.slice(9)) };
    createLog({ ...WATCHED, level: 'info', style, destination, around }).info('filed');
    expect(calls).toEqual(['before', 'filed\n', 'after']);
  });

  it.each<[string, object, string]>([
    [
      'an outage',
      {
        err: new Problem('away', 'No connection to h:993.', { temporary: true, cause: new Error('x') }),
        failures: 2,
        pauseMs: 900,
      },
      'It failed: No connection to h:993.',
    ],
    ['what has a code', { code: 'imap-unreachable', ticket: null }, 'It failed.'],
    [
      'a decision',
      { uid: 1, messageId: 'a@b', kind: 'new', ticket: 3, reasons: ['names no ticket', 'automatic: It is.'] },
      'It failed. (uid 1; ticket 3; names no ticket; automatic: It is)',
    ],
    ['a list', { tickets: [1, 2], count: 2, deep: [{ a: 1 }] }, 'It failed. (tickets 1, 2; count 2)'],
    [
      'what the system refuses',
      { err: Object.assign(new Error('listen EADDRINUSE: in use'), { code: 'EADDRINUSE' }) },
      'It failed: listen EADDRINUSE: in use',
    ],
    ['what was thrown', { err: 'text' }, 'It failed: text'],
  ])('tells a person in words alone: %s', (_what, fields, line) => {
    const { log, text } = logTo({ format: 'pretty' });
    log.warn(fields, 'It failed.');
    expect(text().replace(/^\[.*?\] WARN: /, '')).toBe(`${line}\n`);
  });

  it('says the number of a ticket once', () => {
    const { log, text } = logTo({ format: 'pretty' });
    log.info({ uid: 1, ticket: 12 }, 'new: ticket 12');
    log.info({ ticket: 1 }, 'ticket 12');
    expect(text()).toMatch(/new: ticket 12 \(uid 1\)\n.*ticket 12 \(ticket 1\)\n$/);
  });

  it('shows a person where an error comes from that nobody foresaw, and its cause', () => {
    const { log, text } = logTo({ format: 'pretty' });
    log.error({ err: new TypeError('a bug', { cause: new RangeError('below') }), uid: 7 }, 'It failed.');
    expect(text()).toMatch(
      /It failed: TypeError: a bug \(uid 7\)\n {4}at [^]*log\.test[^]*\n {2}because RangeError: below\n {4}at /,
    );
    expect(text()).not.toContain('{');
  });

  it.each([
    ['a person at a terminal', { terminal: true }, /^\d\d:/],
    ['a person at a terminal who asked for --json', { terminal: true, forProgram: true }, /^\d\d:/],
    ['cron, systemd or a file', {}, /^\[\d{4}-/],
    ['a program that asked for --json', { forProgram: true }, /^\{/],
  ])('chooses for %s', (_whom, options, begins) => {
    const { log, text } = logTo({ format: 'auto', ...options });
    log.info('filed');
    expect(text()).toMatch(begins);
  });

  it('keeps to its level', () => {
    const { log, text } = logTo({ level: 'warn' });
    log.info('filed');
    log.debug('looked');
    expect(text()).toBe('');
    log.warn('odd');
    expect(text()).not.toBe('');
  });

  it('blanks fields with telling names', () => {
    const { log, text } = logTo();
    log.info(
      { password: 'hunter2', imap: { auth: { pass: 'hunter2' } }, a: { b: { secret: 'hunter2' } } },
      'x',
    );
    expect(text()).not.toContain('hunter2');
  });

  it('blanks known secrets wherever they stand, also those learnt later', () => {
    for (const format of ['json', 'pretty'] as const) {
      const secrets = new Set<string>();
      const { log, text } = logTo({ format, secrets });
      secrets.add('hunter2 "quoted" \\ pass');
      log.info({ note: 'it is hunter2 "quoted" \\ pass' }, 'LOGIN u hunter2 "quoted" \\ pass');
      log.error(new Error('hunter2 "quoted" \\ pass refused'), 'failed');
      expect(text()).not.toContain('hunter2');
      expect(text()).toContain('[hidden]');
    }
  });

  it.each(['pass', 'is', 'done', 'the', 'password', 'open', 'imap', '25', 'msg', 'level', 'a', 'close'])(
    'keeps its own words readable where one of them is a password: %s',
    (word) => {
      for (const format of ['json', 'pretty'] as const) {
        const { log, text } = logTo({ format, secrets: new Set([word]) });
        log.info({ uid: 25, ticket: 25, kind: 'close', code: 'imap-refused' }, 'the pass is done');
        log.warn(new Problem('open', 'a password is wrong: see imap.password (25)'), 'close');
        expect(text()).not.toContain('[hidden]');
        expect(text()).toContain('the pass is done');
        expect(text()).toContain('a password is wrong: see imap.password (25)');
      }
    },
  );

  it.each(['pass', 'a', '25', 'open', 'x7', 'hunter2', '", "', 'zwölf', '{', 'level', '[hidden]', 'hidden'])(
    'hides what a server echoes, however short or common it is: %s',
    (secret) => {
      const { log, last } = logTo({ secrets: new Set([secret]) });
      const echo = `>${secret}<`;
      log.warn({ said: echo, deep: { list: [{ said: echo }] }, number: 25 }, 'refused: %s', echo);
      const { said, deep, msg, number } = last();
      expect(said).toBe('>[hidden]<');
      expect(deep).toEqual({ list: [{ said: '>[hidden]<' }] });
      expect(msg).toBe('refused: >[hidden]<');
      expect(number).toBe(25);
      log.error({ err: Object.assign(new Error(echo), { code: echo, name: echo }) }, 'failed');
      expect(last().err).toMatchObject({ type: '>[hidden]<', message: '>[hidden]<', code: '>[hidden]<' });
      log.error({ err: new Problem('odd', 'Refused.', { cause: new Error(echo) }) }, 'failed');
      expect(last().err).toMatchObject({ message: 'Refused.', cause: { message: '>[hidden]<' } });
      log.error({}, `an error inside imapdesk, please report it: Error: ${echo}`);
      expect(last().msg).toBe('an error inside imapdesk, please report it: Error: >[hidden]<');
    },
  );

  it.each(['hunter2x', 'S3cret!', 'correct horse battery staple', 'ächz!örks', '%&/()=?"'])(
    'hides a secret that is none of its words in sentences too: %s',
    (secret) => {
      const { log, text } = logTo({ secrets: new Set([secret]) });
      log.info({}, `the server says ${secret} here`);
      log.info({ err: new Problem('odd', `Refused: ${secret}`), desk: secret }, 'failed');
      log.info({ reasons: [`it says ${secret}`], kind: secret }, 'x');
      expect(text()).not.toContain(JSON.stringify(secret).slice(1, -1));
      expect(text().match(/\[hidden\]/g)).toHaveLength(5);
    },
  );

  it('hides secrets in the forms in which sign-ins and URLs have them', () => {
    const secret = 'pa ß+ü';
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const forms = [
      base64(secret),
      base64(`\0jane@example.com\0${secret}`),
      base64(`user=jane\x01auth=Bearer ${secret}\x01\x01`),
      base64(`\0u\0${secret}`).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
      encodeURIComponent(secret),
      encodeURIComponent(secret).replaceAll('%20', '+'),
      encodeURIComponent(secret).toLowerCase(),
    ];
    for (const form of forms) {
      const { log, last } = logTo({ secrets: new Set([secret]) });
      log.warn({ said: `AUTHENTICATE PLAIN ${form} refused` }, 'x');
      expect(last().said).toBe('AUTHENTICATE PLAIN [hidden] refused');
    }
    const { log, last } = logTo({ secrets: new Set(['ab']) });
    log.warn({ said: `AUTH PLAIN ${base64('\0u\0ab')}`, messageId: 'YWJj.ZGVm@example.com' }, 'x');
    expect(last()).toMatchObject({ said: 'AUTH PLAIN [hidden]', messageId: 'YWJj.ZGVm@example.com' });
  });

  it('is JSON still, whatever the secret, and takes nothing deeper or odder than it cleans', () => {
    for (const secret of ['{"level', '":', ',', '}', '1', 'true', 'null', '\\', 'u0041', '']) {
      const { log, last } = logTo({ secrets: new Set([secret]) });
      const inner = {
        e: new Error('hunter2'),
        d: { d: { d: { d: { d: 'deep' } } } },
        map: new Map([['a', 'b']]),
      };
      log.info({ ok: true, none: null, list: [1, 2], inner, at: new Date(0) }, 'x');
      expect(last()).toMatchObject({ ok: true, none: null, list: [1, 2], at: '1970-01-01T00:00:00.000Z' });
      expect(last()).toMatchObject({ level: 'info', inner: { e: { type: expect.any(String) } } });
      expect(JSON.stringify(last())).not.toContain('deep');
    }
  });

  it('takes no frames from the text of an error', () => {
    const { log, text } = logTo({ secrets: new Set(['hunter']) });
    log.error({ err: new Error('first\n    at hunter (place)') }, 'failed');
    expect(text()).not.toContain('hunter');
  });

  it('takes from errors only what is harmless', () => {
    const { log, last } = logTo();
    const answer = Object.assign(new Error('refused'), {
      code: 'EAUTH',
      response: 'hunter2',
      command: 'LOGIN hunter2',
    });
    log.warn(
      { err: new Problem('sign-in-refused', 'The server refuses to sign in.', { cause: answer }) },
      'failed',
    );
    expect(last().err).toEqual({
      type: 'Problem',
      message: 'The server refuses to sign in.',
      code: 'sign-in-refused',
      cause: { type: 'Error', message: 'refused', code: 'EAUTH', stack: expect.stringMatching(/^\s+at /) },
    });
    log.warn({ err: new ConfigProblem('config-invalid', 'wrong') }, 'failed');
    expect(last().err).toEqual({ type: 'Problem', message: 'wrong', code: 'config-invalid' });
    log.warn({ err: 'thrown text' }, 'failed');
    expect(last().err).toBe('thrown text');
    log.warn({ err: { anything: 'hunter2' } }, 'failed');
    expect(last().err).toBe('object');
  });

  it('ends at a long or circular row of causes', () => {
    const { log, text } = logTo();
    const first = new Error('first');
    first.cause = new Error('second', { cause: first });
    log.error({ err: first }, 'failed');
    expect(text().length).toBeLessThan(20_000);
  });

  it('lets no text from mail forge lines, colours or directions', () => {
    for (const format of ['json', 'pretty'] as const) {
      const { log, text } = logTo({ format });
      const hostile = 'a\r\n{"level":"error"}\u001b[31m\u009b31m\u202e\u2028b';
      log.debug({ subject: hostile, list: [{ name: hostile }], big: 10n }, hostile);
      log.error({ err: new Problem('odd', hostile) }, 'failed');
      expect(text().trimEnd().split('\n').length).toBeLessThanOrEqual(format === 'json' ? 2 : 8);
      expect(text()).not.toMatch(/[\r\u001b\u009b\u202e\u2028]/);
    }
  });
});

describe('chooseLevel', () => {
  it.each([
    ['run', 0, false, 'info', 'info'],
    ['run', 0, true, 'warn', 'warn'],
    ['run', 0, false, 'debug', 'trace'],
    ['run', 1, false, 'warn', 'debug'],
    ['run', 1, false, 'debug', 'trace'],
    ['run', 2, false, 'error', 'trace'],
    ['once', 0, false, 'info', 'warn'],
    ['once', 0, false, 'debug', 'warn'],
    ['once', 0, true, 'info', 'info'],
    ['once', 1, false, 'info', 'info'],
    ['once', 2, false, 'info', 'trace'],
    ['list', 0, true, 'info', 'warn'],
    ['list', 1, true, 'info', 'info'],
  ] as const)(
    '%s with %i v, terminal %s, configured %s: %s',
    (...[command, verbosity, terminal, configured, level]) => {
      expect(chooseLevel({ command, verbosity, terminal, configured })).toBe(level);
      expect(chooseLevel({ command, verbosity, terminal, configured, quiet: true })).toBe('error');
    },
  );
});
