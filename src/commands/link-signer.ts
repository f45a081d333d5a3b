/** What signs the links of each desk, and knows them again. */
import type { DeskConfig } from '../config/complete.js';
import { ConfigProblem } from '../config/problem.js';
import { signingSecrets } from '../config/secrets.js';
import type { LinkSigner } from '../desk/sign/ticket-link.js';
import type { CommandContext } from './context.js';

export async function linkSigner({
  config,
  secrets,
}: CommandContext): Promise<(desk: DeskConfig) => LinkSigner> {
  const [first, ...others] = await signingSecrets(config);
  if (first === undefined) throw new ConfigProblem('secret-invalid', 'secret: expected at least one secret');
  for (const secret of [first, ...others]) secrets.add(secret);
  return ({ address }) => ({ address, secrets: [first, ...others] });
}
