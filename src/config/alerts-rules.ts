/** The rules about several fields of an alert, and about alerts and desks. */
import { alertAddressMistakes } from './alert-addresses.js';
import { defaultName, isNamed } from './alerts.js';
import { isLoopback } from './loopback.js';
import { asFields, type Fields, isFields, type Mistake } from './written.js';

/** Every mistake in the alerts, in the order of the file. */
export function alertMistakes(written: Fields, desks: readonly Fields[]): Mistake[] {
  const alerts = Array.isArray(written['alerts']) ? written['alerts'].map(asFields) : [];
  const names = new Map<string, number>();
  return alerts.flatMap((alert, index) => {
    const path = ['alerts', index];
    const name = typeof alert['name'] === 'string' ? alert['name'] : defaultName(index);
    const first = names.get(name);
    if (first === undefined) names.set(name, index);
    const twice =
      first === undefined
        ? []
        : [{ path: [...path, 'name'], message: `expected another name than that of alerts[${first}]` }];
    return [
      ...twice,
      ...whenMistakes(alert, path),
      ...channelMistakes(asFields(alert['send']), [...path, 'send']),
      ...alertAddressMistakes(asFields(alert['send']), [...path, 'send'], desks),
      ...eventMistakes(alert, path),
      // Of a folder it is known only later which desks it holds.
      ...(written['desksFolder'] === undefined ? deskMistakes(alert, path, desks) : []),
    ];
  });
}

/** Desks that alerts name and that are none of these. */
export function alertDeskMistakes(written: Fields, desks: readonly Fields[]): Mistake[] {
  const alerts = Array.isArray(written['alerts']) ? written['alerts'].map(asFields) : [];
  return alerts.flatMap((alert, index) => deskMistakes(alert, ['alerts', index], desks));
}

function whenMistakes({ when }: Fields, path: readonly PropertyKey[]): Mistake[] {
  const { outside, inside } = asFields(when);
  if (outside === undefined || inside === undefined) return [];
  return [{ path: [...path, 'when'], message: 'expected outside or inside, not both' }];
}

function channelMistakes(send: Fields, path: readonly PropertyKey[]): Mistake[] {
  const sms = asFields(send['sms']);
  const templates = ['form', 'json'].filter((name) => sms[name] !== undefined);
  const lacks =
    sms['gateway'] === 'http' && templates.length !== 1
      ? [{ path: [...path, 'sms'], message: 'expected form or json, one of the two' }]
      : [];
  return ['webhook', 'sms']
    .flatMap((kind) => plainMistakes(asFields(send[kind]), [...path, kind]))
    .concat(lacks);
}

/** One that comes from elsewhere is looked at when it is used. */
function plainMistakes({ url, plainHttp }: Fields, path: readonly PropertyKey[]): Mistake[] {
  if (typeof url !== 'string') return [];
  const message = urlMistake(url, plainHttp === true);
  return message === null ? [] : [{ path: [...path, 'url'], message }];
}

/** Why an address is not posted to; null for one that is. Holds nothing of it. */
export function urlMistake(url: string, plainHttp: boolean): string | null {
  if (!URL.canParse(url)) return 'expected an address that begins with https://';
  const { protocol, hostname, username } = new URL(url);
  if (username !== '') return 'expected an address without a name and a password: put them into headers';
  if (protocol === 'https:' || (protocol === 'http:' && (plainHttp || isLoopback(hostname)))) return null;
  return 'expected https: http is for a server on this machine, or where plainHttp says so';
}

/** Mail of the desk goes through its mailbox, which may be what is out of order. */
function eventMistakes({ events, send }: Fields, path: readonly PropertyKey[]): Mistake[] {
  const goesByMail =
    isFields(send) && (send['mail'] !== undefined || asFields(send['sms'])['mail'] !== undefined);
  if (!goesByMail || !Array.isArray(events)) return [];
  return events.flatMap((event, index) =>
    event === 'unhealthy' || event === 'recovered'
      ? [
          {
            path: [...path, 'events', index],
            message: 'expected a webhook, a command or a gateway for it: mail may be what is out of order',
          },
        ]
      : [],
  );
}

function deskMistakes(alert: Fields, path: readonly PropertyKey[], desks: readonly Fields[]): Mistake[] {
  const named = Array.isArray(alert['desks']) ? alert['desks'] : [];
  return named.flatMap((name, index) => {
    const isKnown = desks.some(({ name: own, address }) =>
      isNamed(String(name), { name: String(own ?? address), address: String(address) }),
    );
    if (isKnown || typeof name !== 'string') return [];
    return [{ path: [...path, 'desks', index], message: 'expected the name or the address of a desk' }];
  });
}
