/** Contexts of TLS are dear: connections that trust the same share one. */
import { describe, expect, it } from 'vitest';
import { trusting } from '../../../src/trust/trusted.js';

describe('what connections trust', () => {
  it('is made once for all that trust the same', () => {
    expect(trusting(undefined).secureContext).toBe(trusting(undefined).secureContext);
    expect(trusting('a').secureContext).toBe(trusting('a').secureContext);
    expect(trusting('a').secureContext).not.toBe(trusting('b').secureContext);
    expect(trusting('a').secureContext).not.toBe(trusting(undefined).secureContext);
  });

  it('does not pile up with each file of authorities that was replaced', () => {
    const first = trusting('file 0').secureContext;
    for (let file = 1; file < 40; file += 1) trusting(`file ${file}`);
    expect(trusting('file 39').secureContext).toBe(trusting('file 39').secureContext);
    expect(trusting('file 0').secureContext).not.toBe(first);
  });
});
