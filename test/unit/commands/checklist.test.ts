import { expect, it } from 'vitest';
import { Checklist } from '../../../src/commands/checklist.js';

it('shows what servers call things without what controls a terminal', () => {
  let printed = '';
  const out = { terminal: true, columns: 80, write: (text: string) => void (printed += text) };
  const list = new Checklist({ name: 'D', path: 'desks[0]' }, out);
  list.pass('sent mail', 'in "Sent\u001B[2J\u001B]0;owned\u0007\u202Etxt\r"\nand below');
  expect(printed.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202E]/u);
  expect(printed.split('\n')).toHaveLength(3);
  expect(list.fields()).toMatchObject({ checks: [{ text: 'in "Sent [2J ]0;owned txt "\nand below' }] });
});
