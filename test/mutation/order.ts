/**
 * The tests named after the changed file go first, and of the others the small ones: most mutants are found by the
 * first of them, and the run ends there.
 */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

export class OwnTestsFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const changed = (this.ctx.config.related ?? []).map((file) => basename(file, '.ts'));
    const rank = ({ moduleId }: TestSpecification): number =>
      changed.some((name) => basename(moduleId).startsWith(name)) ? 0 : statSync(moduleId).size;
    return Promise.resolve([...files].sort((one, other) => rank(one) - rank(other)));
  }
}
