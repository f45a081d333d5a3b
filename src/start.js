#!/usr/bin/env node
// What dist/main.js is, copied as it stands. An older Node must understand it: so it knows no syntax newer than import(), and
// imports nothing before it has looked (Node 10 reads it as CommonJS). All that the program is comes after that.
var OLDEST = [20, 19];
/** EX_CONFIG: what starts programs anew, such as systemd, is told not to after this one. */
var NODE_IS_TOO_OLD = 78;
/** EX_SOFTWARE */
var INTERNAL_ERROR = 70;

/** EX_TEMPFAIL: the one code that every mail server takes for "later". */
var TRY_LATER = 75;

// Mail servers give a message back to its sender after nearly any other code, and no failure of ours is the sender's fault.
if (process.argv.indexOf('deliver') > 1) {
  process.on('exit', function (code) {
    if (code !== 0) process.exitCode = TRY_LATER;
  });
}

function isTooOld(version) {
  var parts = version.split('.').map(Number);
  return parts[0] < OLDEST[0] || (parts[0] === OLDEST[0] && parts[1] < OLDEST[1]);
}

function fail(why) {
  process.stderr.write('imapdesk: ' + why + '\n');
  process.exitCode = INTERNAL_ERROR;
}

// Node ends with 0 where nothing is left that could come, though what was begun has not ended.
function unfinished() {
  fail('ended before its work was done; please report this');
}

function ended() {
  return process.removeListener('beforeExit', unfinished);
}

function failed(error) {
  ended();
  fail((error && error.stack) || error);
}

if (isTooOld(process.versions.node)) {
  process.stderr.write(
    'imapdesk needs Node.js ' + OLDEST.join('.') + ' or newer; this is ' + process.versions.node + '.\n',
  );
  process.exitCode = NODE_IS_TOO_OLD;
} else {
  process.once('beforeExit', unfinished);
  import('./imapdesk.js').then(ended, failed);
}
