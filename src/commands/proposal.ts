/** What `check` would have the configuration of a desk say: one key each, that is not there yet or says something else. */

export type Proposal =
  | { readonly key: 'addresses'; readonly value: false }
  | { readonly key: 'authservId'; readonly value: string };

/** As it stands in the file. */
export function lineOf({ key, value }: Proposal): string {
  return `${JSON.stringify(key)}: ${JSON.stringify(value)}`;
}
