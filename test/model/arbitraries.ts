/** Plans for the scheduler: at random, so made that they shrink to few switches and few faults; or each fault in turn. */
import * as fc from 'fast-check';
import type { Fault, Outcome, Plan } from './scheduler.js';

type FaultKind = Fault['kind'];

export interface PlanBounds {
  readonly actors: readonly string[];
  /** Who may be struck: people are not. */
  readonly mortals: readonly string[];
  /** About how many calls an actor makes. */
  readonly calls: number;
  readonly maxSwitches?: number;
  readonly maxFaults?: number;
  readonly kinds?: readonly FaultKind[];
}

const ALL_KINDS: readonly FaultKind[] = ['kill', 'late', 'cut', 'fail'];

export function plans(bounds: PlanBounds): fc.Arbitrary<Plan> {
  // Short steps meet others in the middle of something, long ones get there.
  const steps = fc.oneof(fc.nat(6), fc.nat(bounds.calls));
  const step = fc.record({ steps, to: fc.nat(Math.max(0, bounds.actors.length - 1)) });
  const fault = fc.record({
    kind: fc.constantFrom(...(bounds.kinds ?? ALL_KINDS)),
    actor: fc.constantFrom(...bounds.mortals),
    call: fc.nat(bounds.calls),
    parts: fc.nat(3),
  });
  return fc.record({
    switches: fc.array(step, { maxLength: bounds.maxSwitches ?? 8, size: 'max' }),
    faults: fc.array(fault, { maxLength: bounds.maxFaults ?? 2 }),
  });
}

/** Every fault of these kinds at every call of an actor, and after every part of it, as an undisturbed run had them. */
export function everyFault(calm: Outcome, actor: string, kinds: readonly FaultKind[]): readonly Fault[] {
  const calls = calm.calls.get(actor) ?? [];
  return calls.flatMap((parts, call) =>
    kinds.flatMap((kind) => {
      const last = kind === 'late' ? 0 : parts;
      return Array.from({ length: last + 1 }, (_, after) => ({ kind, actor, call, parts: after }));
    }),
  );
}

/**
 * The faults of one kind that can make a difference: at every call of an actor that changes anything, after its first
 * part, in its middle and at its end. To die between two such calls is to die after the first.
 */
export function everyChange(calm: Outcome, actor: string, kind: FaultKind): readonly Fault[] {
  const commands = calm.commands.get(actor) ?? [];
  return (calm.calls.get(actor) ?? []).flatMap((parts, call) => {
    if (!CHANGES.test(commands[call] ?? '')) return [];
    const after = kind === 'late' ? [0] : new Set([1, Math.ceil(parts / 2), parts]);
    return [...after].map((part): Fault => ({ kind, actor, call, parts: part }));
  });
}

/** The same for the usual run: of each call one of its places, in turn; of what comes late, every second call. */
export function someChanges(calm: Outcome, actor: string, kind: FaultKind): readonly Fault[] {
  const all = everyChange(calm, actor, kind);
  if (process.env['DEEP'] === '1') return all;
  const calls = [...new Set(all.map(({ call }) => call))];
  return calls.flatMap((struck, index) => {
    const places = all.filter(({ call }) => call === struck);
    if (kind === 'late') return index % 2 === 0 ? places : [];
    return places[index % places.length] ?? [];
  });
}

const CHANGES = /^(?:create|append|store|move|remove|send) /;

/** A fault and what it struck, as text: for the message of an assertion. */
export function faultIn({ trace }: Outcome, fault: Fault): string {
  return [JSON.stringify(fault), ...trace.filter((line) => line.includes(fault.kind))].join('; ');
}
