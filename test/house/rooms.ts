/**
 * The rooms of `src`, from the lowest to the highest, and what each may import: `rooms` of the project (a name alone
 * is the folder without its subfolders, a name with `/**` all of it), `packages` besides. A room may always import
 * itself. A type counts as an import like any other.
 */
export interface Room {
  readonly room: string;
  readonly rooms: readonly string[];
  readonly packages: readonly string[];
}

function room(name: string, rooms = '', packages = ''): Room {
  const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');
  return { room: name, rooms: words(rooms), packages: words(packages) };
}

// Without a clock, a file or a connection: Node's modules that only compute.
const PURE = 'node:buffer node:crypto';
const MESSAGE = 'message/**';
const DESK = `problem desk/** ${MESSAGE}`;
const SIGHT = `${DESK} mailbox mailbox/register worker/workplace`;

// prettier-ignore
export const ROOMS: readonly Room[] = [
  room('problem'),
  room('terminal', 'problem'),
  room('hours'),
  room('trust', '', 'node:tls'),
  room(
    'config',
    'problem hours',
    'mustache node-cron zod node:child_process node:crypto node:fs node:fs/promises node:net node:path node:url',
  ),

  room(
    'sign-in',
    'problem config',
    'openid-client node:crypto node:events node:fs node:fs/promises node:http node:path node:timers/promises',
  ),

  room('message/header', '', `libmime ${PURE}`),
  room('message/body', 'message/header', 'libmime mailparser'),
  room('message/automatic', 'message/header message/body'),
  room('message/facts', 'message/header message/automatic'),
  room('message/quotes', 'message/header message/body'),
  room(
    'message/inside',
    'message/header message/body message/automatic message/facts message/quotes',
    'node:buffer',
  ),
  room('message/compose', 'message/header message/body', `libmime ${PURE}`),
  room('message', 'message/header message/body message/automatic message/facts message/inside'),

  room('pipe', 'message/header', 'node:crypto node:fs/promises node:path'),
  room('mbox', '', 'zod'),

  room('roundup', 'problem message/compose message/header', PURE),

  room('desk', 'hours'),
  room('desk/sign', `desk ${MESSAGE}`, 'node:crypto'),
  room('desk/limits', `desk ${MESSAGE}`),
  room('desk/ticket', `desk desk/sign desk/limits ${MESSAGE}`, 'node:v8 node:zlib'),
  room('desk/figures', `desk desk/sign desk/ticket ${MESSAGE}`),
  room('desk/alerts', `hours desk desk/sign desk/ticket message/facts message/header`),
  room('desk/feeding', `desk desk/sign desk/ticket ${MESSAGE}`),
  room('desk/decide', `desk desk/sign desk/limits desk/ticket desk/alerts desk/feeding ${MESSAGE}`),
  room('desk/letters', `hours desk desk/sign desk/ticket desk/alerts desk/figures desk/decide ${MESSAGE}`),

  room('mailbox', 'problem message/body'),
  room('mailbox/register/kinds', 'desk/ticket desk/alerts message/header'),
  room('mailbox/register', 'problem mailbox mailbox/register/kinds message/header message/compose'),
  room(
    'mailbox/imap',
    'problem trust mailbox message/header message/body',
    'imapflow node:crypto node:events',
  ),
  room(
    'delivery',
    'problem trust message/compose',
    'nodemailer/lib/smtp-connection node:buffer node:events node:net node:stream node:url',
  ),

  room('alerts', 'problem config desk/alerts', 'node:child_process node:crypto'),

  room(
    'worker/workplace',
    `${DESK} mailbox mailbox/register delivery`,
    'node:crypto node:fs node:fs/promises node:os node:path',
  ),
  room('worker/effects', 'desk/** mailbox mailbox/register'),
  room('worker/sight', `${SIGHT} worker/effects`),
  room('worker/plan', `hours ${SIGHT} worker/effects worker/sight`),
  room(
    'worker/carry-out',
    'problem desk/** mailbox mailbox/register worker/workplace worker/effects worker/sight',
  ),
  room('worker/send', `${SIGHT} delivery worker/effects worker/sight worker/carry-out`),
  room('worker/erase', `${SIGHT} worker/effects worker/sight worker/carry-out`),
  room('worker/repair', `${SIGHT} worker/effects worker/sight worker/carry-out`),
  room(
    'worker/pass',
    `problem mailbox worker/workplace worker/effects worker/sight worker/plan worker/carry-out worker/send`,
  ),
  room('worker/ask', `${SIGHT} worker/sight worker/plan worker/carry-out worker/send`, 'node:crypto'),
  room(
    'worker/run',
    'problem terminal config alerts sign-in desk desk/alerts desk/letters mailbox/** delivery worker/workplace worker/sight worker/pass',
    'node-cron pino zod node:crypto node:fs/promises node:net node:os node:path node:timers/promises',
  ),
  room(
    'worker/watch',
    'problem terminal hours config desk desk/alerts worker/workplace worker/run',
    'pino prom-client node:child_process node:crypto node:fs node:http node:stream/promises',
  ),

  room(
    'fleet',
    'problem config trust',
    'bullmq ioredis zod node:crypto node:fs/promises node:perf_hooks node:timers/promises',
  ),

  room(
    'import',
    'problem desk desk/sign desk/ticket message/facts message/header mailbox mailbox/register worker/workplace mbox roundup worker/effects worker/sight worker/carry-out',
    'node:fs node:fs/promises node:path',
  ),

  room(
    'setup',
    'problem config',
    'htmlparser2 jsonc-parser node:crypto node:dns/promises node:fs node:http node:https node:net node:path node:url',
  ),
  room('demo', `problem terminal ${MESSAGE} mailbox/**`, 'smtp-server node:*'),
  room('manual'),
  room('web/words'),
  room('web/entry', '', 'node:crypto'),
  room('web/frame', 'worker/ask', 'sanitize-html'),
  room('web/pages', `${MESSAGE} desk/ticket desk/figures worker/ask web/words`, 'hono/html'),
  room('web/reading', `problem ${MESSAGE} mailbox worker/workplace worker/ask web/pages`),
  room(
    'web',
    `problem ${MESSAGE} worker/workplace worker/ask web/words web/entry web/frame web/pages web/reading`,
    'hono hono/body-limit hono/cookie @hono/node-server node:http',
  ),
  room(
    'web/saved',
    'message/body worker/ask worker/workplace web/words web/frame web/pages web/reading',
    'node:crypto',
  ),
  room(
    'export',
    'problem desk/ticket message/header mailbox/register worker/workplace mbox worker/sight worker/ask web/saved',
    'node:crypto node:fs node:fs/promises node:path node:util',
  ),
  room(
    'commands',
    `import export fleet web web/entry web/reading hours alerts terminal pipe ${DESK} config sign-in mbox mailbox/** delivery worker/** setup demo manual`,
    'pino node:*',
  ),
  room('.', 'problem mbox commands manual', 'commander node:fs node:stream/consumers node:tty node:v8'),
];
