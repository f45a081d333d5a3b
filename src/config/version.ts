/** Whether a desk of one configuration is the same in another: what its work depends on, the top level's share included. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../problem/failure.js';
import { alertedOutsiders, alertsOf } from './alerts.js';
import type { Config, DeskConfig } from './complete.js';

/** Of each desk a text that is another one where anything that it depends on has changed. Secrets stay where they are. */
export async function versionsOf(
  config: Config,
  desks: readonly DeskConfig[],
): Promise<ReadonlyMap<DeskConfig, string>> {
  const alerted = alertedOutsiders(config);
  const folders = [...new Set(desks.map(({ templates }) => templates))];
  const texts = new Map(
    await Promise.all(
      folders.map(async (folder) => [folder, folder === null ? null : await textsIn(folder)] as const),
    ),
  );
  return new Map(
    desks.map((desk) => [desk, digest(partsOf(config, desk), { alerted, texts: texts.get(desk.templates) })]),
  );
}

/** What concerns the whole process or other desks, or is looked at by itself. */
const NOT_SHARED: ReadonlySet<string> = new Set<keyof Config>([
  'desks',
  'desksFolder',
  'leftOut',
  'file',
  'env',
  'log',
  'health',
  'limits',
  'onTrouble',
  'alerts',
  'web',
  'heard',
]);
/** Where it stands in which file changes nothing. */
const PLACE: ReadonlySet<string> = new Set<keyof DeskConfig>(['file', 'path']);

function partsOf(config: Config, desk: DeskConfig): object {
  const { alerts, web } = config;
  return {
    own: without(desk, PLACE),
    shared: without(config, NOT_SHARED),
    told: alertsOf(alerts, desk).map((alert) => without(alert, PLACE)),
    links: web === null ? null : { url: web.url, linkMs: web.linkMs },
  };
}

function without(value: object, keys: ReadonlySet<string>): object {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.has(key)));
}

function digest(...parts: readonly object[]): string {
  return createHash('sha256').update(JSON.stringify(parts, plain)).digest('hex');
}

/** What JSON has no words for. */
function plain(_key: string, value: unknown): unknown {
  if (value instanceof Set) return [...value];
  return value === Number.POSITIVE_INFINITY ? 'always' : value;
}

/** The texts in a folder, or why they cannot be read: a desk finds out by itself. */
async function textsIn(folder: string): Promise<string> {
  try {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.txt')).toSorted();
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'base64')));
    return JSON.stringify(names.map((name, index) => [name, texts[index]]));
  } catch (error) {
    return codeOf(error);
  }
}
