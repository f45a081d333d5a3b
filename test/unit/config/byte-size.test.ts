import { expect, it } from 'vitest';
import { byteSizeSchema, parseByteSize } from '../../../src/config/byte-size.js';

it.each([
  ['1kB', 1_000],
  ['500 KB', 500_000],
  ['5MB', 5_000_000],
  ['25mb', 25_000_000],
])('%s is so many bytes', (written, bytes) => {
  expect(parseByteSize(written)).toBe(bytes);
});

it.each(['', '5', '0MB', '5GB', '5.5MB', '-1MB', '5MB ', '5 M B', '123456kB'])('%j is no size', (written) => {
  expect(parseByteSize(written)).toBeNull();
});

it('a size is no more than it may be', () => {
  expect(byteSizeSchema('25MB').safeParse('25MB').success).toBe(true);
  expect(byteSizeSchema('25MB').safeParse('25001kB').error?.issues[0]?.message).toBe(
    'expected a whole number and a unit (kB or MB), such as "5MB", and no more than 25MB',
  );
});
