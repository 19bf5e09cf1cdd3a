// Bundles src/ into dist/: CommonJS chunks, one entry for each command, loaded on demand.
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { rolldown } from 'rolldown';

const walk = (dir) =>
  readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    return statSync(path).isDirectory() ? walk(path) : [path];
  });

const input = { cli: 'src/cli.ts' };
for (const file of walk('src/commands'))
  input['commands/' + relative('src/commands', file).replace(/\\/g, '/').replace(/\.ts$/, '')] = file;

rmSync('dist', { recursive: true, force: true });
const bundle = await rolldown({
  input,
  platform: 'node',
  resolve: { mainFields: ['module', 'main'] },
  treeshake: true,
  logLevel: 'silent',
  external: [/^node:/, /^typescript$/, /^ts-node/],
});
await bundle.write({
  dir: 'dist',
  format: 'cjs',
  exports: 'named',
  entryFileNames: '[name].cjs',
  chunkFileNames: 'chunks/[name]-[hash].cjs',
  minify: { mangle: false, compress: true, codegen: { removeWhitespace: true } },
});
await bundle.close();
