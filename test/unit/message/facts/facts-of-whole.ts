/** The facts of a message as a test has it, whole: of its header and its parts' shape, as a worker reads them first. */
import { type Facts } from '../../../../src/message/facts/facts.js';
import { type FactsOptions, readFacts } from '../../../../src/message/read-facts.js';
import { readWhole } from '../../../../src/message/whole.js';

export function factsOfWhole(raw: Buffer, options: FactsOptions & { readonly receivedAt: Date }): Facts {
  return readFacts(readWhole(raw, options.receivedAt), options);
}
