/** How long something took, in the one unit that says it best. */

const UNITS = [
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
] as const;

export function inUnits(locale: string, ms: number, unitDisplay: 'long' | 'short' = 'long'): string {
  const { unit, ms: length } = UNITS.find((one) => ms >= one.ms) ?? { unit: 'minute', ms: 60_000 };
  const options = { style: 'unit', unit, unitDisplay, maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(locale, options).format(ms / length);
}
