/** What a Dovecot needs to take access tokens that it asks the provider of the tests about. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenidProvider } from './openid-provider.js';

/** Else an address from which a sign-in has failed waits for seconds. */
const WITHOUT_PENALTY = [
  'service anvil {',
  '  unix_listener anvil-auth-penalty {',
  '    mode = 0',
  '  }',
  '}',
];

/** Lines for its configuration; `folder` gets a file that they name. */
export async function byTokens(folder: string, { introspectionUrl }: OpenidProvider): Promise<string[]> {
  const args = join(folder, 'dovecot-oauth2.conf.ext');
  const lines = [
    'introspection_mode = post',
    `introspection_url = ${introspectionUrl}`,
    'force_introspection = yes',
    'username_attribute = username',
    'active_attribute = active',
    'active_value = true',
  ];
  await writeFile(args, `${lines.join('\n')}\n`);
  return [
    'auth_mechanisms = plain login oauthbearer xoauth2',
    'passdb {',
    '  driver = oauth2',
    '  mechanisms = oauthbearer xoauth2',
    `  args = ${args}`,
    '}',
    ...WITHOUT_PENALTY,
  ];
}
