import { expect, it } from 'vitest';
import { areOfOneHouse } from '../../../../src/desk/feeding/houses.js';

it.each([
  ['ann@buyer.example', 'ben@buyer.example', true],
  ['ann@buyer.example', 'ben@seller.example', false],
  ['ann@buyer.example', 'ben@eu.buyer.example', false],
  ['ann@gmail.com', 'ben@gmail.com', false],
  ['ann@yahoo.co.uk', 'ben@yahoo.co.uk', false],
  ['ann@web.de', 'ben@web.de', false],
  ['ann@t-online.de', 'ben@t-online.de', false],
  ['ann@webshop.example', 'ben@webshop.example', true],
])('%s and %s are of one house: %s', (one, other, expected) => {
  expect(areOfOneHouse(one, other)).toBe(expected);
});
