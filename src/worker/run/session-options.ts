/** What a desk's session is made with. */
import type { Logger } from 'pino';
import type { Config, DeskConfig } from '../../config/complete.js';
import type { SignInPlace } from '../../sign-in/token-file.js';
import type { AdoptChoice, Step } from '../workplace/desk.js';
import type { StandbyPace } from '../workplace/standing.js';
import type { Hosts } from './hosts.js';

export interface SessionOptions {
  readonly config: Config;
  readonly desk: DeskConfig;
  readonly log: Logger;
  /** What holds the lock, as others are told. */
  readonly command: string;
  readonly adopt: AdoptChoice | null;
  /** Secrets in use are added, so that no log line holds one. */
  readonly secrets: Set<string>;
  /** A sign-in that is not kept yet, in place of the account's. */
  readonly signIn?: SignInPlace | undefined;
  /** Hears how far long work has come, and null when it has ended. */
  readonly progress?: ((step: Step | null) => void) | undefined;
  /** With others of this process: a turn is taken before each connection. Without it nobody else is heeded. */
  readonly hosts?: Hosts | undefined;
  readonly now?: () => Date;
  /** Where process numbers mean the same, for claims; see PresenceOptions. */
  readonly place?: string;
  /** How long a claim of the desk stands that is not renewed; LEASE_MS if left out. */
  readonly leaseMs?: number;
  /** That it stands by while another worker stands in the desk's line, and at what pace; it does not stand there if left out. */
  readonly standby?: StandbyPace | undefined;
  /** How long either server may be without any sign of life, in milliseconds; see ImapOptions and SmtpOptions. */
  readonly maxSilenceMs?: number;
  /** Nothing in the mailbox can be changed; see ImapOptions. */
  readonly readOnly?: boolean;
  /** Where small files lie that make the next process cheaper; null for nowhere. The user's folder for such if left out. */
  readonly cacheFolder?: string | null;
}
