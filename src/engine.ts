/**
 * How V8 spends its time and memory; none of it changes what the desk does. What each setting brings, and why it is safe to
 * give it to a process that runs: `docs/decisions/settings-of-the-engine.md`. A V8 that does not know a setting says so on
 * standard error, so each goes only to those on which it was tried.
 */
import { setFlagsFromString } from 'node:v8';

/** Bytes of bytecode that a function runs before it is optimised; V8's own figure is 132 KiB. */
const INTERRUPT_BUDGET = 500_000;
/** By how much the heap may grow before it is collected again; V8's own figure is up to 300. */
const HEAP_GROWING_PERCENT = 30;
/** That of Node 20; later ones have another compiler between, and no such setting. */
const V8_OF_NODE_20 = 11.3;
/** That of Node 24. */
const NEWEST_TRIED_V8 = 13.6;

export interface Settings {
  /** Only what is run for long is optimised: most passes are over before optimised code has paid for its compiler. */
  readonly late: readonly string[];
  /** For a process that holds much, and for one that lives for one pass: memory is collected early. */
  readonly early: readonly string[];
  /** For a process that lives for one pass: its young generation stays as it is. */
  readonly young: readonly string[];
}

/** `v8` is a version such as `11.3.244.8-node.33`. */
export function settingsFor(v8: string): Settings {
  const version = Number.parseFloat(v8);
  const isTried = version >= V8_OF_NODE_20 && version <= NEWEST_TRIED_V8;
  return {
    late: version === V8_OF_NODE_20 ? [`--interrupt-budget=${INTERRUPT_BUDGET}`] : [],
    early: isTried ? [`--heap-growing-percent=${HEAP_GROWING_PERCENT}`] : [],
    young: isTried ? ['--semi-space-growth-factor=1'] : [],
  };
}

const settings = settingsFor(process.versions.v8);

export function optimiseLate(): void {
  give(settings.late);
}

export function collectEarly(): void {
  give(settings.early);
}

export function staySmall(): void {
  collectEarly();
  give(settings.young);
}

function give(flags: readonly string[]): void {
  for (const flag of flags) setFlagsFromString(flag);
}
