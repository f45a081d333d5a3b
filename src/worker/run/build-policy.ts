/** From the configuration of a desk to the policy that decides: secrets resolved, texts loaded. */
import { readFile } from 'node:fs/promises';
import { alertedOutsiders } from '../../config/alerts.js';
import type { Config, DeskConfig } from '../../config/complete.js';
import { loadPhrases } from '../../config/phrases.js';
import { ConfigProblem } from '../../config/problem.js';
import { signingSecrets } from '../../config/secrets.js';
import { fill, loadTemplates } from '../../config/templates.js';
import { TEXTS } from '../../desk/letters/texts.js';
import { PHRASES } from '../../desk/phrases.js';
import type { DeskPolicy } from '../../desk/policy.js';
import { whyUnreadable } from '../../problem/failure.js';

export async function buildPolicy(config: Config, desk: DeskConfig): Promise<DeskPolicy> {
  const [first, ...others] = await signingSecrets(config);
  if (first === undefined) throw new ConfigProblem('secret-invalid', 'secret: expected at least one secret');
  const templates = await loadTemplates(TEXTS, desk.language, desk.templates);
  const phrase = await loadPhrases(PHRASES, desk.language, desk.templates);
  return {
    name: desk.name,
    address: desk.address,
    secrets: [first, ...others],
    staff: desk.staff.map(({ name, addresses, notices }) => ({
      name: name ?? '',
      addresses,
      ...(notices === null ? {} : { notices }),
    })),
    addresses: desk.addresses,
    tag: desk.tag,
    authservId: desk.authservId,
    ownLists: desk.ownLists,
    forwarded: desk.forwarded,
    replyToSenders: desk.replyToSenders,
    alerted: alertedOutsiders(config),
    spamFields: desk.spamFields,
    confirmClose: desk.confirm.close,
    confirmDrag: desk.confirm.drag,
    reopenWithinMs: desk.reopenWithinMs,
    staffReplies: desk.staffReplies,
    notices: desk.notices,
    limits: desk.limits,
    timezone: desk.timezone,
    digest: desk.digest,
    remind: desk.remind,
    closeStale: desk.closeStale,
    linkInAcknowledgements: linksOf(config.web),
    render: (name, variables) => fill(textNamed(templates, name), variables),
    phrase,
  };
}

function linksOf(web: Config['web']): DeskPolicy['linkInAcknowledgements'] {
  if (web === null || web.url === null || web.linkMs === null) return null;
  return { base: web.url, seconds: Math.floor(web.linkMs / 1000) };
}

function textNamed(templates: ReadonlyMap<string, string>, name: string): string {
  const text = templates.get(name);
  if (text === undefined) throw new TypeError(`There is no text ${name}`);
  return text;
}

/** The certificates of a `tls.ca` file, to be trusted. */
export async function readCertificates(path: string | null, field: string): Promise<string | undefined> {
  if (path === null) return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new ConfigProblem('config-unreadable', `${field}: ${path}: ${whyUnreadable(error)}`);
  }
}
