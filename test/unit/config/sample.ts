/** A configuration that is right, to spoil in one place at a time. */

export interface Written {
  [key: string]: unknown;
}

export function sampleDesk(changes: Written = {}): Written {
  return {
    address: 'support@example.com',
    staff: ['steve@example.org'],
    imap: { host: 'imap.example.com', user: 'support@example.com', password: 'imap-hunter2' },
    smtp: { host: 'smtp.example.com', user: 'support@example.com', password: 'smtp-hunter2' },
    ...changes,
  };
}

export function sample(changes: Written = {}): Written {
  return { secret: 'x'.repeat(32), desks: [sampleDesk()], ...changes };
}
