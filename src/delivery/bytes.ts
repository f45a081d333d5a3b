/** How many bytes a line to an SMTP server has carried, for whoever counts them. */
import type { EventEmitter } from 'node:events';
import { Socket } from 'node:net';

interface CarriedBytes {
  readonly received: number;
  readonly sent: number;
}

/** Told of a line by how many bytes of SMTP it has carried so far; what it answers is called at the line's end. */
export type ByteMeter = (read: () => CarriedBytes) => () => void;

export function meterLine(line: EventEmitter, meter: ByteMeter | undefined): void {
  const ended = meter?.(() => carriedBy(line));
  if (ended !== undefined) line.once('end', ended);
}

/**
 * nodemailer tells of no bytes, so its socket is asked, which no declaration names: without one there are none. What TLS adds
 * does not count; after STARTTLS there is another socket, which counts from there on.
 */
function carriedBy(connection: object): CarriedBytes {
  const socket: unknown = Reflect.get(connection, '_socket');
  return socket instanceof Socket
    ? { received: socket.bytesRead, sent: socket.bytesWritten }
    : { received: 0, sent: 0 };
}
