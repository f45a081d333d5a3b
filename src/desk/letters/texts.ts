/** Every text of the desk: what is loaded, checked and told in `docs/configuration.md`. */
import { PURPOSES } from './letters.js';
import { SUMMARY_TEXTS } from './summary.js';
import type { Text } from './text.js';

export const TEXTS: readonly Text[] = [
  ...Object.values(PURPOSES).flatMap((row) => row.text ?? []),
  ...SUMMARY_TEXTS,
];
