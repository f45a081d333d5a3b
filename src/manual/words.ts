/** What the manual page tells beside the commands. docs/commands.md has the same exit codes, and a test holds them together. */

export type Told = readonly [term: string, meaning: string];

export const DESCRIPTION = [
  'A worker watches one or more IMAP mailboxes, turns mail into tickets, and answers over SMTP. There is no database: the mailbox is the store, and people read and answer the mail with whatever mail client they have.',
  'It needs a configuration: one JSON file, which init writes. It names one desk, or several.',
  'The result of a command goes to standard output, everything else to standard error.',
] as const;

export const EXIT_CODES: readonly Told[] = [
  ['0', 'done'],
  [
    '1',
    'done, but some mail went to review: messages that could not be filed, or letters that the mail server refused for good',
  ],
  ['64', 'wrong usage: an unknown option, a file that cannot be read, a number that is no ticket'],
  ['69', 'a server is unavailable, or refuses'],
  ['70', 'an error inside imapdesk; the log has it whole'],
  ['75', 'try again later; of `deliver` everything but 0'],
  ['77', 'the sign-in was refused'],
  [
    '78',
    "something in the configuration, or in the desk's folders, has to be mended first; or Node.js is older than 20.19",
  ],
];

export const ENVIRONMENT: readonly Told[] = [
  ['IMAPDESK_CONFIG', 'the configuration, where -c names none'],
  ['VISUAL, EDITOR', 'the editor for reply and new; vi if neither is set'],
  ['NO_COLOR, FORCE_COLOR', 'no colours, or colours also where there is no terminal'],
  ['TERM, LC_ALL, LC_CTYPE, LANG', 'what the terminal can show'],
  [
    'CACHE_DIRECTORY, XDG_CACHE_HOME',
    'where the desk keeps what makes it quick: the folder itself, as systemd names it, or the one that imapdesk lies in',
  ],
  ['STATE_DIRECTORY, XDG_STATE_HOME', 'the same for sign-ins by OAuth2'],
  ['NOTIFY_SOCKET, WATCHDOG_USEC', 'systemd sets them for run, which tells it how it is'],
  ['DISPLAY, WAYLAND_DISPLAY', 'where login can open a page'],
  [
    'NODE_EXTRA_CA_CERTS',
    'a file with authorities that Node.js is to trust besides; tls.ca in the configuration does the same for one server',
  ],
];

export const FILES: readonly Told[] = [
  [
    'config.json',
    'the configuration, in the folder that you are in, where neither -c nor IMAPDESK_CONFIG names one',
  ],
  ['~/.cache/imapdesk/', 'what makes a desk quick; it may be deleted at any time'],
  ['~/.local/state/imapdesk/', 'sign-ins by OAuth2, for the user that runs the desk alone'],
];

/** What is typed, behind the name of the program, and what that does. */
export const EXAMPLES: readonly Told[] = [
  ['init ~/desk', 'sets up a new desk, and asks what it must know'],
  ['once --dry-run -c ~/desk/config.json', 'says what a pass would do, and changes nothing'],
  ['run -c /etc/imapdesk/config.json', 'works until it is told to stop'],
  ['list --waiting', 'shows whom nobody has answered yet, and for how long'],
  [
    'explain --offline message.eml',
    'says what the desk would decide of a saved message, and why; it asks no server',
  ],
  ['reply 42 --close < answer.txt', 'answers ticket 42 and closes it'],
];
