// In place of hono's declarations for WebSockets, which the pages do not use: they need the types of a browser.
export type UpgradeWebSocket<Socket = unknown, Options = unknown> = (
  given: Socket,
  options: Options,
) => unknown;
