/** Kills on the other servers: at one of each command, or with DEEP at every one. */
import { chosenServers, DEEP } from '../servers/start.js';
import { ALL_SERVERS } from '../servers/table.js';
import { killsOn } from './kills.js';

const others = ALL_SERVERS.filter((kind) => kind !== 'sdbox');

for (const server of await chosenServers(['cyrus'], others)) {
  killsOn(server, { whole: DEEP });
}
