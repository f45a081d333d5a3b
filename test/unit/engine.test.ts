import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { settingsFor } from '../../src/engine.js';

describe('the settings of the engine', () => {
  it('go to the engines on which they were tried', () => {
    const { late, small } = settingsFor('11.3.244.8-node.33');
    expect([late.length, small.length]).toEqual([1, 2]);
    expect(settingsFor('12.4.254.21-node.57')).toEqual({ late: [], small });
    expect(settingsFor('13.6.233.17-node.53')).toEqual({ late: [], small });
    expect(settingsFor('14.0.0')).toEqual({ late: [], small: [] });
  });

  it('are known to the one that runs', () => {
    const { late, small } = settingsFor(process.versions.v8);
    const program = 'for (const one of process.argv.slice(1)) require("node:v8").setFlagsFromString(one);';
    const { status, stderr } = spawnSync(process.execPath, ['-e', program, '--', ...late, ...small]);
    expect([status, stderr.toString()]).toEqual([0, '']);
  });
});
