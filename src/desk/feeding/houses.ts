/**
 * What the domains of two addresses say. Two people are of one house if they have addresses under one domain, and not one
 * under which anybody has one.
 */
import { domainOf } from '../../message/header/addresses.js';

/** The first labels of domains of mail providers (`yahoo.co.uk`, `web.de`). A house that shares one is only trusted less. */
const PROVIDERS: ReadonlySet<string> = new Set(
  [
    '126 163 abv alice aol arcor att bell bellsouth bigpond bluewin btinternet centrum charter',
    'comcast cox daum docomo earthlink email fastmail foxmail free freemail freenet gmail gmx',
    'googlemail hanmail hey hotmail hushmail icloud inbox interia kpnmail laposte libero list live',
    'mac mail mailbox me msn naver neuf ntlworld o2 onet orange outlook planet pm posteo proton',
    'protonmail qq rambler rediffmail rocketmail rogers sbcglobal seznam sfr shaw sina sky t-online',
    'telenet terra tiscali tuta tutanota uol verizon virgilio virgin virginmedia wanadoo web wp',
    'xs4all yahoo yandex ymail ziggo zoho zonnet',
  ].flatMap((line) => line.split(' ')),
);

/** Of two address keys (`addressKey`). */
export function areOfOneHouse(one: string, other: string): boolean {
  const domain = domainOf(one);
  return domain === domainOf(other) && !PROVIDERS.has(domain.split('.')[0] ?? '');
}

/** Of one domain, or of two of which one contains the other: `orders@shop.test` and `x7f3@reply.shop.test`. */
export function areOfOneHost(one: string, other: string): boolean {
  const [a, b] = [domainOf(one), domainOf(other)];
  return a === b || a.endsWith(`.${b}`) || b.endsWith(`.${a}`);
}
