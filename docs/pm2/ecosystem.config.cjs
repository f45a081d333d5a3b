// pm2 start ecosystem.config.cjs. What each line is for: docs/running.md.
module.exports = {
  apps: [
    {
      name: 'imapdesk',
      script: '/opt/imapdesk/lib/node_modules/imapdesk/dist/main.js',
      args: 'run -c /etc/imapdesk/config.json',
      kill_timeout: 15000,
      stop_exit_codes: [64, 78],
    },
  ],
};
