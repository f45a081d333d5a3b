/** All measures, by the names that `scripts/bench` takes, in the order in which they are taken. */
import { archive } from './archive.js';
import { attachments } from './attachments.js';
import { backlog } from './backlog.js';
import { classification } from './classification.js';
import { cpu } from './cpu.js';
import { day } from './day.js';
import { distance } from './distance.js';
import { filing } from './filing.js';
import { fleet } from './fleet.js';
import { fleetSimulation } from './fleet-simulation.js';
import { gestures } from './gestures.js';
import { largeMail } from './large-mail.js';
import { latency } from './latency.js';
import { peers } from './peers.js';
import { quiet } from './quiet.js';
import { sending } from './sending.js';
import type { Measure } from './table.js';
import { web } from './web.js';

export const MEASURES: ReadonlyMap<string, Measure> = new Map([
  ['distance', distance],
  ['day', day],
  ['backlog', backlog],
  ['quiet', quiet],
  ['sending', sending],
  ['gestures', gestures],
  ['cpu', cpu],
  ['attachments', attachments],
  ['archive', archive],
  ['web', web],
  ['latency', latency],
  ['peers', peers],
  ['filing', filing],
  ['classification', classification],
  ['large', largeMail],
  ['fleet', fleet],
  ['fleet-simulation', fleetSimulation],
]);
