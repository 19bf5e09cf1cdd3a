// Runs one command of the built CLI and leaves the compiled code of what it loaded (see bin/code-cache.cjs).
const { join } = require('node:path');
const root = join(__dirname, '..');
const write = require('../bin/code-cache.cjs').install(join(root, 'dist'), true);
process.on('exit', write);
require('../dist/cli.cjs').main(process.argv.slice(2), join(root, 'bin', 'run.cjs'));
