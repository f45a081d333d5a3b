/** Which commands there are, and what each is told, in the order in which help lists them. It decides nothing. */
import { Argument, InvalidArgumentError, Option } from 'commander';
import { addDeliver } from './command-deliver.js';
import { addErase } from './command-erase.js';
import { addInit } from './command-init.js';
import { add, addAlone } from './command-line.js';
import type { FleetOptions } from './commands/run-fleet.js';
import { readTicketNumber } from './commands/ticket-number.js';
import { collectEarly } from './engine.js';
import { addInAndOut } from './in-and-out.js';
import { EXIT } from './problem/problem.js';
import { addCommandsAboutItself } from './told-of-itself.js';
import { addWeb } from './web-commands.js';

/** What so many desks hold is more than what one backlog leaves lying. */
const MANY_DESKS = 50;

function numberFrom(digits: RegExp, expected: string): (value: string) => number {
  return (value) => {
    const number = digits.test(value) ? Number(value) : 0;
    if (number === 0) throw new InvalidArgumentError(`expected ${expected}`);
    return number;
  };
}

function ticketNumber(value: string): number {
  const number = readTicketNumber(value);
  if (number === null) throw new InvalidArgumentError('expected the number of a ticket, such as 42');
  return number;
}

function several(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

const messageNumber = numberFrom(/^[1-9][0-9]{0,5}$/, 'the number of a message, as show counts them');
const seconds = numberFrom(/^[0-9]{1,4}$/, 'a number of seconds from 1 to 9999');

const TICKET = new Argument('<number>', 'the ticket').argParser(ticketNumber);
const JSON_LINES = new Option('--json', 'for programs: JSON, one object a line');
const ADOPT = new Option('--adopt <what>', 'what to take of older unread mail, where the desk asks').choices([
  'all',
  'recent',
  'none',
]);
const AS = new Option('--as <address>', "in the name of this staff address (default: the desk's first)");
const ATTACH = new Option('--attach <file>', 'attach this file; may be given several times').argParser(
  several,
);

add('run', {
  about: 'work until told to stop: IDLE, and a poll on the schedule of each desk',
  takes: {
    fleet: new Option(
      '--fleet <address>',
      'share the desks with other hosts: where they meet, such as redis://redis.example.com',
    ),
    desks: new Option('--desks <number>', 'of a fleet: take no more desks than this').argParser(
      numberFrom(/^[1-9][0-9]{0,5}$/, 'a number of desks'),
    ),
  },
  load: async () => {
    const { run } = await import('./commands/run.js');
    return (context, told: FleetOptions) => {
      if (context.desks.length >= MANY_DESKS) collectEarly();
      return run(context, told);
    };
  },
  seesLeftOut: true,
});
add('reload', {
  about: 'has run on this machine read its configuration again; desks that did not change are not touched',
  takes: { json: JSON_LINES },
  load: async () => (await import('./commands/reload.js')).reload,
});
add('once', {
  about: 'one pass over each desk, for cron',
  takes: {
    dryRun: new Option('--dry-run', 'change nothing, print what would be decided'),
    json: new Option('--json', 'one decision a line, then a summary'),
    adopt: ADOPT,
  },
  load: async () => (await import('./commands/once.js')).once,
});
addDeliver();
add('explain', {
  about: 'what the desk would decide of messages, and every reason; changes nothing',
  takes: {
    files: new Argument('[files...]', 'messages as files; - or none is standard input'),
    offline: new Option('--offline', 'needs no server: every ticket that is named is taken to exist'),
    json: JSON_LINES,
  },
  load: async () => (await import('./commands/explain.js')).explain,
});
add('list', {
  about: 'the tickets',
  takes: {
    state: new Option('--state <state>', 'which ones').choices(['open', 'archived', 'all']).default('open'),
    waiting: new Option(
      '--waiting',
      "open ones whose last word is a customer's, who waits longest first",
    ).conflicts('state'),
    json: JSON_LINES,
  },
  load: async () => (await import('./commands/list.js')).list,
});
add('show', {
  about: 'one ticket with its messages',
  takes: {
    ticket: TICKET,
    json: JSON_LINES,
    save: new Option('--save <folder>', 'put its attachments into this folder; nothing there is overwritten'),
    raw: new Option('--raw <message>', 'print this message of it as it came, byte for byte')
      .argParser(messageNumber)
      .conflicts(['save', 'json']),
  },
  load: async () => (await import('./commands/show.js')).show,
});
add('close', {
  about: 'closes a ticket: all of it goes to the archive',
  takes: { ticket: TICKET, json: JSON_LINES },
  load: async () => (await import('./commands/change-state.js')).changeState,
});
add('reopen', {
  about: 'reopens an archived ticket',
  takes: { ticket: TICKET, json: JSON_LINES },
  load: async () => (await import('./commands/change-state.js')).changeState,
});
add('reply', {
  about: "a staff member's reply to a ticket: the text from standard input, or written in your editor",
  takes: {
    ticket: TICKET,
    as: AS,
    attach: ATTACH,
    note: new Option('--note', 'for colleagues only'),
    close: new Option('--close', 'the last word: the ticket is closed with it').conflicts('note'),
    json: JSON_LINES,
  },
  load: async () => (await import('./commands/reply.js')).reply,
});
add('new', {
  about: 'opens a ticket for a requester: the text from standard input, or written in your editor',
  takes: {
    requester: new Option('--for <address>', 'the requester of the ticket').makeOptionMandatory(),
    subject: new Option('--subject <text>', 'the subject').makeOptionMandatory(),
    acknowledge: new Option('--acknowledge', 'the requester gets an acknowledgement'),
    as: AS,
    attach: ATTACH,
    json: JSON_LINES,
  },
  load: async () => (await import('./commands/new-ticket.js')).newTicket,
});
add('retry', {
  about: 'sends once more what lies in review because the mail server refused it',
  takes: {
    ticket: new Argument('[number]', 'the ticket').argParser(ticketNumber),
    all: new Option('--all', 'of every ticket, and mail about none'),
    json: JSON_LINES,
  },
  load: async () => (await import('./commands/retry.js')).retry,
});
add('split', {
  about: 'makes a message of a ticket a ticket of its own',
  takes: {
    ticket: TICKET,
    message: new Argument('<message>', 'its number in what show prints').argParser(messageNumber),
    json: JSON_LINES,
  },
  load: async () => (await import('./commands/split.js')).split,
});
add('merge', {
  about: 'brings two tickets together: the second number stands for the first from then on',
  takes: {
    into: new Argument('<into>', 'the ticket that stays').argParser(ticketNumber),
    from: new Argument('<from>', 'the ticket that is merged into it').argParser(ticketNumber),
    joinPeople: new Option(
      '--join-people',
      "the second ticket's people get what staff write to the first one's",
    ),
    json: JSON_LINES,
  },
  load: async () => (await import('./commands/merge.js')).merge,
});
addErase(ticketNumber, JSON_LINES);
add('alert', {
  about: 'which alerts there are, and whether it is time for them; --test sends one',
  takes: {
    alert: new Argument('[alert]', 'its name, or its place in the list; all if left out'),
    test: new Option('--test', 'send a test, and say what became of it'),
    json: JSON_LINES,
  },
  load: async () => (await import('./commands/alert.js')).alert,
});
add('check', {
  about: "tests every part of the configuration, with a message to one of the desk's own addresses",
  takes: {
    waitMs: new Option('--wait <seconds>', 'how long to wait for the test message (default: 60)').argParser(
      (value) => seconds(value) * 1000,
    ),
    fix: new Option('--fix', 'write the proposed lines into the configuration: all of them, or none'),
    json: JSON_LINES,
  },
  load: async () => (await import('./commands/check.js')).check,
  seesLeftOut: true,
});
add('login', {
  about: 'signs in by OAuth2, once, for a desk whose provider takes no passwords',
  takes: { noBrowser: new Option('--no-browser', 'open no page on this machine, only print its address') },
  load: async () => (await import('./commands/login.js')).login,
  stopped: EXIT.signInRefused,
});
add('logout', {
  about: 'ends that sign-in: the provider is told, and the tokens are removed',
  takes: {},
  load: async () => (await import('./commands/logout.js')).logout,
});
add('repair', {
  about: "creates missing folders, and rebuilds the register from the numbers in the desk's own copies",
  takes: {
    dryRun: new Option('--dry-run', 'change nothing, tell what would be done'),
    adopt: ADOPT,
    json: JSON_LINES,
  },
  load: async () => (await import('./commands/repair.js')).repair,
});
add('status', {
  about: 'how each desk is: what waits, who works on it, and what is wrong; changes nothing',
  takes: {
    table: new Option('--table', 'a line each, those in trouble first, as for more than ten desks'),
    trouble: new Option('--trouble', 'only desks in trouble'),
    json: JSON_LINES,
  },
  load: async () => (await import('./commands/status.js')).status,
  seesLeftOut: true,
});
add('stats', {
  about: 'opened, closed, how long answers take, in a span of time; changes nothing',
  takes: {
    since: new Option('--since <when>', 'a day such as 2026-11-01, or how long ago (default: 30d)'),
    until: new Option('--until <when>', 'the same; what happens on that day is left out (default: now)'),
    json: JSON_LINES,
  },
  load: async () => (await import('./commands/stats.js')).stats,
});
addInAndOut({ ticketNumber, json: JSON_LINES });
addWeb({ ticketNumber });
add('muttrc', {
  about: 'settings for mutt and neomutt to work in a desk; no password is among them',
  takes: {},
  load: async () => (await import('./commands/muttrc.js')).muttrc,
});

addInit({ several, seconds });
addCommandsAboutItself();

addAlone('demo', {
  about: 'all of it in a private mail world on this machine, with sample mail',
  takes: { once: new Option('--once', 'end when everything has happened') },
  load: async () => (await import('./commands/demo.js')).demo,
  stopped: EXIT.done,
});
