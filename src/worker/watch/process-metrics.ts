/** What `/metrics` says of the process itself: which imapdesk it is, its memory, its CPU, and how late its event loop is. */
import { readFileSync } from 'node:fs';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

let own: Registry | null = null;

/** Made once, and early: the event loop is watched from then on, and another version may have been installed later. */
export function processMetrics(): Registry {
  if (own !== null) return own;
  own = new Registry();
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  new Gauge({
    name: 'imapdesk_build_info',
    help: '1; the version of imapdesk is a label',
    labelNames: ['version'],
    registers: [own],
  }).set({ version: String(version) }, 1);
  collectDefaultMetrics({ register: own });
  return own;
}
