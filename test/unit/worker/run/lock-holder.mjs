// A program that works on an account: takes its lock from the compiled code that the test names, says so, and stays.
const [module, account, folder] = process.argv.slice(2);
const { waitForLock } = await import(module);
const options = { command: 'run', folder: folder === '' ? null : folder, signal: new AbortController().signal };
const lock = await waitForLock(JSON.parse(account), options);
process.stdout.write('held\n');
process.on('SIGTERM', async () => {
  await lock.release();
  process.exit(0);
});
setInterval(() => undefined, 60_000);
