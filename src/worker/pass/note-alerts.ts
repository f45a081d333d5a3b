/** For a process that ends: what its alerts have come to is noted, so that nobody tells them again. */
export { noteAlerts } from '../send/tell-alerts.js';
