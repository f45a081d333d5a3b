/** The health port over real HTTP, and what makes a desk unwell. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../../../../src/problem/problem.js';
import type { PassOutcome } from '../../../../src/worker/pass/pass.js';
import { Traffic } from '../../../../src/worker/run/traffic.js';
import { Vitals } from '../../../../src/worker/run/vitals.js';
import { judgeHealth } from '../../../../src/worker/watch/health.js';
import { serveHealth } from '../../../../src/worker/watch/health-port.js';
import { createLog } from '../../../../src/worker/watch/log.js';
import { metricsText } from '../../../../src/worker/watch/metrics.js';

const LOG = createLog({ level: 'error', format: 'json', terminal: false });
const MINUTE_MS = 60_000;
const NOTHING: PassOutcome = {
  decided: new Map(),
  sent: 0,
  refused: 0,
  failed: 0,
  delivery: null,
  stopped: null,
};
const QUIET = { pending: 0, outbox: { length: 0, held: 0, oldest: null } };

let stop: AbortController;
let serving: Promise<void>;
let port: number;
let traffic: Traffic;
let vitals: Vitals;
let other: Vitals;

function newVitals(desk: string, its: Traffic): Vitals {
  return new Vitals({
    desk,
    schedule: { expression: '* * * * *', timezone: 'UTC' },
    traffic: its,
    hold: false,
  });
}

beforeEach(async () => {
  stop = new AbortController();
  traffic = new Traffic();
  vitals = newVitals('Example Support', traffic);
  other = newVitals('Sales "EU"', new Traffic());
  const limits = { maxPassAgeMs: 10 * MINUTE_MS, maxLetterAgeMs: 60 * MINUTE_MS };
  const desks = [
    { vitals, limits },
    { vitals: other, limits },
  ];
  port = await new Promise<number>((onListening) => {
    serving = serveHealth({
      host: '127.0.0.1',
      port: 0,
      desks: () => desks,
      log: LOG,
      signal: stop.signal,
      onListening,
    });
  });
});
afterEach(async () => {
  stop.abort();
  await serving;
});

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

function get(path: string, method = 'GET', body = ''): Promise<Got> {
  return new Promise((fulfil, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        fulfil({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

function passed(of: Vitals, outcome: Partial<PassOutcome> = {}): void {
  of.passBegins();
  of.passed({ ...NOTHING, backlog: QUIET, ...outcome });
  of.passEnds();
}

describe('/healthz', () => {
  it('is 200 while every desk is well, and tells how each is', async () => {
    passed(vitals);
    passed(other);
    const { status, headers, body } = await get('/healthz?verbose');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(body)).toMatchObject({
      healthy: true,
      desks: [
        { desk: 'Example Support', healthy: true, reasons: [], doing: 'waiting', trouble: null },
        { desk: 'Sales "EU"', healthy: true },
      ],
    });
  });

  it('is 503 as soon as one desk is not, without a word of what a server said', async () => {
    const staged = new Date(Date.now() - 61 * MINUTE_MS);
    const delivery = new Problem('smtp-unusable-server', 'no mail for jane@example.com: s3cr3t');
    passed(vitals, { delivery, backlog: { pending: 0, outbox: { length: 1, held: 0, oldest: staged } } });
    vitals.passBegins();
    vitals.passFails(new Problem('imap-refused', 'refused: jane@example.com s3cr3t'), 1000);
    passed(other);
    const { status, body } = await get('/healthz');
    expect(status).toBe(503);
    expect(JSON.parse(body)).toMatchObject({
      healthy: false,
      desks: [
        {
          healthy: false,
          reasons: [expect.stringMatching(/^a letter has waited in the outbox for 366\d s/) as string],
          trouble: 'imap-refused',
          delivery: 'smtp-unusable-server',
        },
        { healthy: true },
      ],
    });
    expect(body).not.toMatch(/jane|s3cr3t/);
  });
});

describe('/metrics', () => {
  it('counts what each desk has done', async () => {
    const commands = new Map([['UID FETCH', 3]]);
    traffic.opened(commands);
    traffic.opened(new Map([['NOOP', 1]]));
    traffic.bytes.imap.opened(() => ({ received: 300, sent: 30 }))();
    traffic.bytes.imap.opened(() => ({ received: 200, sent: 10 }));
    const staged = new Date(Date.now() - 5 * MINUTE_MS);
    passed(vitals, {
      decided: new Map([['new', 2]]),
      sent: 4,
      refused: 1,
      backlog: { pending: 2, outbox: { length: 3, held: 1, oldest: staged } },
    });
    vitals.passBegins();
    vitals.passFails(new Problem('imap-sign-in-refused', 'refused', { exitCode: 77 }), 1000);
    const { status, headers, body } = await get('/metrics');
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    const lines = body.split('\n');
    for (const line of [
      'imapdesk_healthy{desk="Example Support"} 1',
      'imapdesk_healthy{desk="Sales \\"EU\\""} 1',
      'imapdesk_passes_total{desk="Example Support"} 1',
      'imapdesk_pass_failures_total{desk="Example Support",code="imap-sign-in-refused"} 1',
      'imapdesk_pending_messages{desk="Example Support"} 2',
      'imapdesk_outbox_letters{desk="Example Support"} 3',
      'imapdesk_outbox_held_letters{desk="Example Support"} 1',
      'imapdesk_outbox_deferred_letters{desk="Example Support"} 2',
      'imapdesk_decisions_total{desk="Example Support",kind="new"} 2',
      'imapdesk_letters_sent_total{desk="Example Support"} 4',
      'imapdesk_letters_refused_total{desk="Example Support"} 1',
      'imapdesk_sign_in_refusals_total{desk="Example Support",server="imap"} 1',
      'imapdesk_sign_in_refusals_total{desk="Example Support",server="smtp"} 0',
      'imapdesk_reconnects_total{desk="Example Support"} 1',
      'imapdesk_waits_for_worker{desk="Example Support"} 0',
      'imapdesk_bytes_total{desk="Example Support",server="imap",direction="received"} 500',
      'imapdesk_bytes_total{desk="Example Support",server="imap",direction="sent"} 40',
      'imapdesk_bytes_total{desk="Example Support",server="smtp",direction="sent"} 0',
      'imapdesk_imap_commands_total{desk="Example Support",verb="UID FETCH"} 3',
      'imapdesk_imap_commands_total{desk="Example Support",verb="NOOP"} 1',
    ])
      expect(lines).toContain(line);
    const value = (name: string): number =>
      Number(
        lines
          .find((line) => line.startsWith(`${name}{desk="Example Support"}`))
          ?.split(' ')
          .at(-1),
      );
    expect(value('imapdesk_outbox_oldest_letter_age_seconds')).toBeGreaterThanOrEqual(300);
    expect(value('imapdesk_last_good_pass_timestamp_seconds')).toBeGreaterThan(1.7e9);
    expect(value('imapdesk_pass_seconds')).toBeGreaterThanOrEqual(0);
    expect(body).toMatch(/^imapdesk_build_info\{version="\d+\.\d+\.\d+[^"]*"\} 1$/m);
    expect(body).toMatch(/^process_start_time_seconds \d+/m);
    expect(body).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
    // Nothing is known of a desk that has not had its first pass.
    expect(body).not.toMatch(/imapdesk_(pending|outbox)\w*\{desk="Sales/);
  });
});

describe('/metrics of a thousand desks', () => {
  const limits = { maxPassAgeMs: 10 * MINUTE_MS, maxLetterAgeMs: null };
  const verbs = [
    'LOGIN',
    'SELECT',
    'EXAMINE',
    'NOOP',
    'IDLE',
    'APPEND',
    'UID FETCH',
    'UID SEARCH',
    'UID MOVE',
  ];
  const desks = Array.from({ length: 1000 }, (_, index) => {
    const its = new Traffic();
    its.opened(new Map(verbs.map((verb) => [verb, index])));
    const desk = newVitals(`Desk ${index}`, its);
    passed(desk, {
      decided: new Map([
        ['new', 1],
        ['update', 2],
      ]),
    });
    return { vitals: desk, limits };
  });

  it('is written in short turns, each metric once as a whole', async () => {
    let longestMs = 0;
    let before = performance.now();
    const beat = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - before);
      before = performance.now();
    }, 1);
    const began = process.cpuUsage();
    let text = '';
    for await (const piece of metricsText({ desks }, new Date())) text += piece;
    clearInterval(beat);
    const { user, system } = process.cpuUsage(began);
    const lines = text.split('\n').filter((line) => line !== '');
    const samples = lines.filter((line) => line.startsWith('imapdesk_') && line.includes('desk="Desk '));
    const told = `${samples.length} samples, ${text.length} bytes, ${Math.round((user + system) / 1000)} ms of CPU, `;
    console.info(`${told}the loop was held for ${Math.round(longestMs)} ms at most`);
    expect(samples).toHaveLength(new Set(samples).size);
    expect(samples.filter((line) => line.startsWith('imapdesk_imap_commands_total'))).toHaveLength(9000);
    const names = lines.filter((line) => line.startsWith('# TYPE ')).map((line) => line.split(' ')[2]);
    expect(names).toHaveLength(new Set(names).size);
    // A metric's samples stand together: Prometheus takes them in no other way.
    const order = samples.map((line) => line.slice(0, line.indexOf('{')));
    expect(order.filter((name, index) => name !== order[index - 1])).toHaveLength(new Set(order).size);
    expect(longestMs).toBeLessThan(500);
  });
});

describe('whoever asks for something else', () => {
  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('is told that %s is not taken', async (method) => {
    const { status, headers } = await get('/healthz', method, 'x'.repeat(1000));
    expect(status).toBe(405);
    expect(headers['allow']).toBe('GET, HEAD');
  });

  it.each(['/', '/healthz/', '/metrics/../healthz', '//healthz', '/%68ealthz'])(
    'finds nothing at %s',
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );

  it('gets no body for HEAD', async () => {
    passed(vitals);
    passed(other);
    expect(await get('/healthz', 'HEAD')).toMatchObject({ status: 200, body: '' });
  });

  it('is shown out for a header without end', async () => {
    const answer = await new Promise<string>((fulfil) => {
      let heard = '';
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(`GET /healthz HTTP/1.1\r\nX: ${'x'.repeat(100_000)}`);
      });
      socket.setEncoding('utf8');
      socket.on('error', () => undefined);
      socket.on('data', (text: string) => {
        heard += text;
      });
      socket.on('close', () => fulfil(heard));
    });
    expect(answer).toMatch(/^(HTTP\/1\.1 431 .*[^]*)?$/);
    expect((await get('/healthz')).status).toBe(200);
  });
});

describe('a desk', () => {
  const NOW = new Date('2026-11-28T12:00:00Z');
  const limits = { maxPassAgeMs: 10 * MINUTE_MS, maxLetterAgeMs: 60 * MINUTE_MS };
  const ago = (minutes: number): string => new Date(NOW.getTime() - minutes * MINUTE_MS).toISOString();
  const well = {
    ...newVitals('Example Support', new Traffic()).state(),
    since: ago(600),
    lastGoodPass: ago(10),
    backlog: { pending: 5, outbox: 2, held: 0, oldestLetter: ago(60), deferred: 0 },
  };

  it.each([
    ['up to the limits', {}, limits, 0],
    ['whose last good pass is too old', { lastGoodPass: ago(11) }, limits, 1],
    ['that has begun lately', { lastGoodPass: null, since: ago(10) }, limits, 0],
    ['that has never had a good pass', { lastGoodPass: null }, limits, 1],
    ['with an old letter', { backlog: { ...well.backlog, oldestLetter: ago(61) } }, limits, 1],
    [
      'that holds its mail back',
      { backlog: { ...well.backlog, oldestLetter: ago(9999) } },
      { ...limits, maxLetterAgeMs: null },
      0,
    ],
    ['whose pass hangs', { hangsSince: ago(1) }, limits, 1],
    [
      'that stands by',
      { doing: 'standing-by' as const, lastGoodPass: null, stoodByUntil: ago(1) },
      limits,
      0,
    ],
    [
      'that stands by, and has failed to look once',
      { doing: 'pausing' as const, lastGoodPass: ago(9999), stoodByUntil: ago(10) },
      limits,
      0,
    ],
    [
      'that stands by, and has failed to look for long',
      { doing: 'pausing' as const, lastGoodPass: ago(1), stoodByUntil: ago(11) },
      limits,
      1,
    ],
    [
      'that has just taken over, with what it knew of weeks ago',
      {
        doing: 'pass' as const,
        lastGoodPass: ago(9999),
        stoodByUntil: ago(0),
        backlog: { ...well.backlog, oldestLetter: ago(9999) },
      },
      limits,
      0,
    ],
    ['whose clock was set back', { lastGoodPass: ago(-500) }, limits, 0],
    [
      'with everything wrong',
      { hangsSince: ago(1), lastGoodPass: ago(99), backlog: { ...well.backlog, oldestLetter: ago(99) } },
      limits,
      3,
    ],
  ])('%s', (_, changes, given, reasons) => {
    const health = judgeHealth({ ...well, ...changes }, given, NOW);
    expect(health.reasons).toHaveLength(reasons);
    expect(health.healthy).toBe(reasons === 0);
  });
});
