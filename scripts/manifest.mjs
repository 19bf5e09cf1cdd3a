// Writes .oclif.manifest.json from the built commands; `--check` fails when the committed one differs.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Config, Plugin } from '@oclif/core';

const root = process.cwd();
const config = new Config({ root });
config.pjson = JSON.parse(readFileSync('package.json', 'utf8'));
const plugin = new Plugin({ root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true });
plugin.config = config;
await plugin.load();
const manifest = plugin.manifest;
const sorted = {
  commands: Object.fromEntries(Object.entries(manifest.commands).sort(([a], [b]) => a.localeCompare(b))),
  version: manifest.version,
};
// One byte for each character: it is read at each start, and faster so.
const ascii = (text) => text.replace(/[^\0-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
const text = ascii(JSON.stringify(sorted, null, 2)) + '\n';
const file = '.oclif.manifest.json';
if (process.argv.includes('--check')) {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    console.error('.oclif.manifest.json is not what the commands say: npm run build && npm run manifest');
    process.exit(1);
  }
} else writeFileSync(file, text);
console.log(`${file}: ${Object.keys(sorted.commands).length} commands`);
