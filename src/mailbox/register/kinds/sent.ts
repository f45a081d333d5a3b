import type { Kind } from './kind.js';

/** How far the folder of sent mail was looked at; only the newest counts. */
export interface SentWatermarkRecord {
  readonly kind: 'sent';
  readonly uidValidity: string;
  /** Everything below this UID was looked at. */
  readonly uidNext: number;
  readonly at: Date;
}

export const sent: Kind<SentWatermarkRecord> = {
  fields: ({ uidValidity, uidNext, at }) => [
    ['Sent', `${uidValidity} ${uidNext}`],
    ['At', at.toISOString()],
  ],
  read(fields) {
    const place = fields.place('Sent');
    return place === null ? null : { kind: 'sent', ...place, at: fields.date('At') };
  },
  subject: () => 'sent mail seen',
};
