/** What somebody must know who reads that a file is wrong: whether anything of it was imported. */
import { Problem } from '../problem/problem.js';

const SAID = {
  before: 'Nothing was imported',
  amid: 'What was imported before stays; once this is mended, the same import goes on',
} as const;

export async function saying<T>(phase: keyof typeof SAID, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'import-unreadable') throw error;
    const { code, message, exitCode } = error;
    throw new Problem(code, `${message}. ${SAID[phase]}`, { exitCode, cause: error });
  }
}
