/**
 * Which calls a calm pass makes to its ports, and in which order. Where a change is meant, write the records anew, read
 * what differs, and say it in the commit:
 *
 *     npx vitest run --project stories test/model/calm-passes.test.ts --update
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { recordOf, SCENE_NAMES } from './calm-scenes.js';

const FOLDER = fileURLToPath(new URL('../fixtures/calls/', import.meta.url));

describe('the calls of calm passes', () => {
  it.each(SCENE_NAMES)('are what they were: %s', async (name) => {
    await expect(await recordOf(name)).toMatchFileSnapshot(`${FOLDER}${name}.txt`);
  });

  it('are kept for these scenes and no others', () => {
    expect(readdirSync(FOLDER).toSorted()).toEqual(SCENE_NAMES.map((name) => `${name}.txt`).toSorted());
  });
});
