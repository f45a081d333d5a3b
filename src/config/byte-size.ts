/** Sizes as people write them: a whole number and a unit, such as "500kB" or "5MB", of 1,000 and 1,000,000 bytes. */
import type { z } from 'zod';
import { text } from './expected.js';

const UNIT_BYTES: Readonly<Record<string, number>> = { kb: 1_000, mb: 1_000_000 };
const SIZE = /^([1-9]\d{0,4}) ?([km]b)$/i;

/** The size in bytes, or null if `written` is none. */
export function parseByteSize(written: string): number | null {
  const [, count, unit = ''] = SIZE.exec(written) ?? [];
  const unitBytes = UNIT_BYTES[unit.toLowerCase()];
  return unitBytes === undefined ? null : Number(count) * unitBytes;
}

/** Checks the form, and that it is no more than `atMost`; how many bytes it is, is computed when the configuration is completed. */
export function byteSizeSchema(atMost: string): z.ZodString {
  const most = parseByteSize(atMost) ?? 0;
  return text(`a whole number and a unit (kB or MB), such as "5MB", and no more than ${atMost}`, (value) => {
    const bytes = parseByteSize(value);
    return bytes !== null && bytes <= most;
  });
}
