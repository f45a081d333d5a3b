/** Kills at every command of a pass, on the server that most of them were found on. */
import { SERVERS } from '../servers/table.js';
import { killsOn } from './kills.js';

killsOn({ ...SERVERS.sdbox, kind: 'sdbox', missing: '' }, { whole: true });
