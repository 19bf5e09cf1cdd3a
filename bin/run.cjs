#!/usr/bin/env node
'use strict';
// The start of every command. `--version` is answered here: nothing has to be loaded for it.
const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  const { version } = require('../package.json');
  process.stdout.write(`baf/${version} ${process.platform}-${process.arch} node-${process.version}\n`);
} else {
  const dist = require('node:path').join(__dirname, '..', 'dist');
  require('./code-cache.cjs').install(dist, false);
  require('../dist/cli.cjs').main(args, __filename);
}
