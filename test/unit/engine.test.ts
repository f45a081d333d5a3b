import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { settingsFor } from '../../src/engine.js';

describe('the settings of the engine', () => {
  it('go to the engines on which they were tried', () => {
    const { late, early, young } = settingsFor('11.3.244.8-node.33');
    expect([late.length, early.length, young.length]).toEqual([1, 1, 1]);
    expect(settingsFor('12.4.254.21-node.57')).toEqual({ late: [], early, young });
    expect(settingsFor('13.6.233.17-node.53')).toEqual({ late: [], early, young });
    expect(settingsFor('14.0.0')).toEqual({ late: [], early: [], young: [] });
  });

  it('are known to the one that runs', () => {
    const { late, early, young } = settingsFor(process.versions.v8);
    const program = 'for (const one of process.argv.slice(1)) require("node:v8").setFlagsFromString(one);';
    const { status, stderr } = spawnSync(process.execPath, [
      '-e',
      program,
      '--',
      ...late,
      ...early,
      ...young,
    ]);
    expect([status, stderr.toString()]).toEqual([0, '']);
  });
});
