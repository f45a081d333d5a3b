import { behindContract } from './behind-contract.js';
import { type Bench, courierContract } from './courier-contract.js';
import { openGate } from './desk-world.js';
import { PostOffice } from './memory-courier.js';

function open(): Promise<Bench> {
  const post = new PostOffice();
  return Promise.resolve({
    courier: post.connect(openGate),
    answer: (rule) => {
      post.rule = ({ to }) => rule?.(to) ?? null;
    },
    taken: () => post.sent.map(({ envelope }) => envelope.to),
  });
}

courierContract('the post office of the model', open);
behindContract('the post office of the model', open);
