// Writes config.schema.json, desk.schema.json and docs/configuration.md from the compiled schema (build first), and from the letters' rows
// the table of purposes in docs/register.md. The output depends on nothing else, so that "generate, then git diff" shows
// whether somebody forgot to.
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { configSchema } from '../.cache/compiled/config/schema.js';
import { PURPOSES } from '../.cache/compiled/desk/letters/letters.js';
import { TEXTS } from '../.cache/compiled/desk/letters/texts.js';
import { PHRASES } from '../.cache/compiled/desk/phrases.js';

const at = (path) => new URL(`../${path}`, import.meta.url);
const schema = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' });

writeFileSync(at('config.schema.json'), `${JSON.stringify(schema, null, 2)}\n`);
writeFileSync(at('desk.schema.json'), `${JSON.stringify(deskFile(), null, 2)}\n`);
writeFileSync(at('docs/configuration.md'), reference());
writeFileSync(at('docs/register.md'), withPurposes(readFileSync(at('docs/register.md'), 'utf8')));

/** What a file in the folder of desks holds. */
function deskFile() {
  const { $schema, properties } = schema;
  const desk = items(properties.desks);
  const named = {
    type: 'string',
    description: 'Path of `desk.schema.json`, for editors that check as you type.',
  };
  return {
    $schema,
    title: 'imapdesk desk',
    description: 'A file in the folder that `desksFolder` names: one desk, or a list of desks.',
    definitions: { desk: { ...desk, properties: { $schema: named, ...desk.properties } } },
    anyOf: [
      { $ref: '#/definitions/desk' },
      { type: 'array', minItems: 1, items: { $ref: '#/definitions/desk' } },
    ],
  };
}

function reference() {
  return [
    '<!-- Written by scripts/generate.mjs from src/config, src/desk/phrases.ts and src/desk/letters; change it there. -->',
    '# Configuration',
    'One JSON file: `-c FILE`, or the environment variable `IMAPDESK_CONFIG`. The smallest one that works:',
    fenced('json', JSON.stringify(smallest(), null, 2)),
    'Everything that is left out has the default shown below. A key that is not known is an error, and all errors are told at once, each by its path; no message holds a value. The first line of `config.example.json` tells your editor where the schema is, so that it checks and explains while you type.',
    ...sections(),
    ...folderOfDesks(),
    ...secrets(),
    ...texts(),
    '## A whole example',
    '`config.example.json`:',
    fenced('json', readFileSync(at('config.example.json'), 'utf8').trim()),
  ]
    .join('\n\n')
    .concat('\n');
}

function smallest() {
  const {
    secret,
    desks: [desk],
  } = JSON.parse(readFileSync(at('config.example.json'), 'utf8'));
  const { host, user, password } = desk.imap;
  const { address, smtp } = desk;
  return {
    secret,
    desks: [
      {
        address,
        staff: [desk.staff[0]],
        imap: { host, user, password },
        smtp: { host: smtp.host, user: smtp.user, password: smtp.password },
      },
    ],
  };
}

function sections() {
  const objects = [
    ['The file', schema],
    ['A desk', items(schema.properties.desks), 'desks[]'],
  ];
  const desk = items(schema.properties.desks).properties;
  for (const [name, inner] of Object.entries(desk)) {
    const object = objectIn(inner);
    if (object !== undefined && !isSecret(inner))
      objects.push([`\`${name}\``, { ...object, description: inner.description }, `desks[].${name}`]);
  }
  for (const name of ['log', 'health', 'onTrouble', 'web', 'fleet'])
    objects.push([`\`${name}\``, schema.properties[name], name]);
  const { alerts } = schema.properties;
  const alert = items(alerts);
  objects.push(['`alerts`', { ...alert, description: alerts.description }, 'alerts[]']);
  for (const [title, inner] of channelsOf(alert.properties.send))
    objects.push([title, inner, 'alerts[].send']);
  return objects.flatMap(([title, object, path]) => section(title, object, path));
}

function section(title, object, path) {
  const described = object.description && path !== undefined ? [object.description] : [];
  return [`## ${title}`, ...described, table(rowsOf(object, ''))];
}

/** What `send` of an alert may hold, where that has keys of its own: each way is a section. */
function channelsOf(send) {
  return send.anyOf.flatMap((way) => {
    const [[name, field]] = Object.entries(way.properties);
    return (field.anyOf ?? [field])
      .filter(({ type }) => type === 'object')
      .map((one) => {
        const gateway = one.properties.gateway?.const;
        const kind = gateway === undefined ? '' : ` with the gateway \`${gateway}\``;
        const byMail = name === 'sms' && gateway === undefined ? ' by mail' : '';
        return [`\`${name}\` of an alert${kind}${byMail}`, one];
      });
  });
}

/** One row for each key; objects with keys of their own that have no section are opened in place. */
function rowsOf(object, prefix) {
  return Object.entries(object.properties).flatMap(([key, field]) => {
    const path = `${prefix}${key}`;
    const row = [`\`${path}\``, kindOf(field), defaultOf(object, key, field), field.description ?? ''];
    const inner = objectIn(field);
    const isOpened = inner?.properties !== undefined && !isSecret(field);
    const openHere = isOpened && !hasSection(path, object);
    return openHere ? [row, ...rowsOf(inner, `${path}${field.type === 'array' ? '[]' : ''}.`)] : [row];
  });
}

/** The keys of a desk, and of the file, that hold objects: each has a section of its own. */
function hasSection(path, object) {
  const isDesk = object === items(schema.properties.desks);
  const isChannel = object.properties.send !== undefined && path === 'send';
  return object === schema || isChannel || (isDesk && objectIn(object.properties[path]) !== undefined);
}

function objectIn(field) {
  if (field.type === 'object') return field;
  const alternatives = field.anyOf ?? field.items?.anyOf ?? [];
  return alternatives.find((one) => one.type === 'object');
}

function items(field) {
  return field.items;
}

function isSecret(field) {
  return (field.anyOf ?? []).some((one) => one.properties?.env !== undefined);
}

function kindOf(field) {
  if (isSecret(field))
    return field.anyOf.some((one) => one.type === 'array')
      ? '[secret](#secrets), or a list'
      : '[secret](#secrets)';
  if (field.enum !== undefined) return field.enum.map((value) => code(value)).join(', ');
  if (field.const !== undefined) return code(field.const);
  if (field.anyOf !== undefined) return field.anyOf.map(kindOf).join(' or ');
  if (field.type === 'array') return `list of ${kindOf(field.items)}`;
  return { integer: 'whole number', object: 'object', string: 'text', boolean: 'true or false' }[field.type];
}

function defaultOf(object, key, field) {
  if ((object.required ?? []).includes(key)) return '**required**';
  const value = field.default;
  return value === undefined || typeof value === 'object' ? '' : code(value);
}

function code(value) {
  return `\`${JSON.stringify(value)}\``;
}

function table(rows) {
  return tableUnder(['key', 'value', 'default', 'meaning'], rows);
}

function tableUnder(titles, rows) {
  return [line(titles), `|${'---|'.repeat(titles.length)}`, ...rows.map(line)].join('\n');
}

function line(cells) {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** The page with its table of purposes made anew; the rest of it is written by hand. */
function withPurposes(page) {
  const found = /^(<!-- purposes: .*-->\n)[^]*^(<!-- end of purposes -->)$/m;
  if (!found.test(page))
    throw new Error('docs/register.md: the comments around the table of purposes are gone');
  return page.replace(found, (_, begin, end) => `${begin}\n${purposes()}\n\n${end}`);
}

function purposes() {
  const rows = Object.entries(PURPOSES).map(([purpose, { goesTo, ofTicket, kept }]) => [
    `\`${purpose}\``,
    goesTo,
    ofTicket ? 'yes' : 'no',
    kept ? 'moves to the ticket' : 'stays in the outbox',
  ]);
  return tableUnder(['purpose', 'to', 'about a ticket', 'once that is done, it'], rows);
}

function folderOfDesks() {
  return [
    '## A folder of desks',
    'With `"desksFolder": "desks.d"` beside, or in place of, `desks`, each file in that folder whose name ends in `.json` holds a desk, as it would stand in `desks`, or a list of desks. What stands at the top level of the configuration counts for all of them. `desk.schema.json` is for editors.',
    fenced(
      'json',
      JSON.stringify(
        { $schema: '/opt/imapdesk/lib/node_modules/imapdesk/desk.schema.json', ...smallest().desks[0] },
        null,
        2,
      ),
    ),
    [
      '- The files are read in the order of their names (by the codes of their characters: `A` before `a`). Names that begin with a dot, or do not end in `.json`, are passed over; a link is followed.',
      '- A path in such a file starts where those in the configuration do: in the folder of `config.json`.',
      '- What may not be twice may not be twice in all of it: names, addresses, and of desks on one account the folders. The first has it: those in `desks`, then the files in order.',
      '- A file that cannot be read, is not JSON, has a mistake in it, takes what another has, or shows its secrets to others, is left out with all its desks. The others are worked on. Each command says on standard error which files are left out, and all that is wrong with them; one that works on all desks then ends with 78, one with `--desk` and the name of another desk does not. `check` counts such a file as failed, and `run` [shows it](monitoring.md#the-health-port).',
      '- `check --fix` writes into the configuration’s own file alone; what it proposes for a desk of the folder it leaves to you.',
      '- `run` reads all of it again when it is [told to](commands.md#reload).',
      '- A command about one ticket needs `--desk` as long as a file is left out, and `erase` erases nothing: whose folders are whose is not known.',
      '- The configuration itself is all or nothing: a mistake in it, a folder that cannot be read or into which everybody can write, and no desk at all, are errors of all commands (78).',
    ].join('\n'),
  ];
}

function secrets() {
  const forms = items(schema.properties.secret.anyOf.find((one) => one.type === 'array')).anyOf;
  const lines = forms
    .filter((form) => form.type === 'object')
    .flatMap((form) => Object.entries(form.properties))
    .map(
      ([key, field]) =>
        `- \`${{ env: '{ "env": "NAME" }', file: '{ "file": "PATH" }', command: '{ "command": ["PROGRAM", "ARGUMENT"] }' }[key]}\`: ${field.description}`,
    );
  return [
    '## Secrets',
    'A secret is written as a string, or says where it is. It is fetched when it is needed.',
    [
      '- `"…"`: the secret itself. Then others may not read the configuration (`chmod 600`), or it is refused.',
      ...lines,
    ].join('\n'),
    'A good signing secret is what `openssl rand -hex 32` prints.',
  ];
}

function texts() {
  const each = TEXTS.flatMap(({ name, about, variables }) => [
    `### \`${name}.txt\``,
    about,
    Object.entries(variables)
      .map(([variable, meaning]) => variableLine(variable, meaning))
      .join('\n'),
  ]);
  return [
    '## Texts',
    'The texts that the desk writes are plain-text files in the language of [mustache](https://mustache.github.io/mustache.5.html): `{{name}}` is a value, `{{#name}}…{{/name}}` appears only if there is one (and once for each item of a list), `{{^name}}…{{/name}}` only if there is none. There are English, German, French, Spanish and Dutch ones; a desk’s `language` says which it uses. To change one, copy it from `src/config/templates/en/` (or `de/`, `fr/`, `es/`, `nl/`) into the folder that `templates` names, and edit it there; the others stay. The subject of mail about a ticket is the ticket’s own, with the tag, since mail clients find threads by it.',
    'What `explain`, the log and the register’s entries say is English.',
    ...each,
    ...phrases(),
  ];
}

function phrases() {
  const rows = Object.entries(PHRASES).map(([name, { about, names = [] }]) => {
    const variables = names.map((one) => `\`{{${one}}}\``).join(', ');
    return `| \`${name}\` | ${about} | ${variables} |`;
  });
  return [
    '### `phrases.txt`',
    'Subjects, names and reasons: a line `name: words` for each. A `phrases.txt` in the folder that `templates` names replaces those that it has lines for.',
    ['| phrase | stands | names in it |', '|---|---|---|', ...rows].join('\n'),
  ];
}

function variableLine(name, meaning) {
  if (typeof meaning === 'string') return `- \`${name}\`: ${meaning}`;
  const flag = `has${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const inner = Object.entries(meaning.items).map(([item, what]) => `\`${item}\` ${what}`);
  return `- \`${name}\`: a list, ${meaning.about}; in it ${inner.join(', ')}. \`${flag}\`: true if it is not empty`;
}

function fenced(language, text) {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}
