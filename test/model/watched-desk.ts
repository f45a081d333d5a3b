/** A desk whose calls to its ports are told as they are made, each in a line: what, where, and of how many messages. */
import type { WorkingDesk } from '../../src/worker/workplace/desk.js';

/** Told before the call is made, as `fetch INBOX 3` or `send jane@example.org`. */
export function watched(desk: WorkingDesk, tell: (call: string) => void): WorkingDesk {
  const store = new Proxy(desk.store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]): unknown => {
        const told = given.flatMap((one) =>
          Array.isArray(one) ? one.length : typeof one === 'string' ? one : [],
        );
        // An empty list is nothing to do: no server hears of it.
        if (!told.includes(0)) tell([String(name), ...told].join(' '));
        return Reflect.apply(value, target, given);
      };
    },
  });
  const send: WorkingDesk['courier']['send'] = (envelope, raw, behind) => {
    tell(`send ${envelope.to}`);
    return desk.courier.send(envelope, raw, behind);
  };
  return { ...desk, store, courier: { ...desk.courier, send } };
}
