// Bundles src/ into dist/: CommonJS chunks, one entry for each command, loaded on demand.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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

// The sandbox needs every schema of a service, the commands a few of its operations: each gets a copy of its own, and the
// commands' is shaken down to what they call.
const WHOLE = '?whole';
const wholeClients = {
  name: 'whole-clients-for-the-sandbox',
  async resolveId(source, importer) {
    const inside = importer?.endsWith(WHOLE);
    const wanted = inside
      ? source.startsWith('.')
      : /^@aws-sdk\/client-/.test(source) && /[\\/]lib[\\/]sandbox[\\/]/.test(importer ?? '');
    if (!wanted && !inside) return null;
    const found = await this.resolve(source, inside ? importer.slice(0, -WHOLE.length) : importer, { skipSelf: true });
    return found && wanted && !found.id.endsWith('.json') ? { ...found, id: found.id + WHOLE } : found;
  },
  load: (id) => (id.endsWith(WHOLE) ? readFileSync(id.slice(0, -WHOLE.length), 'utf8') : null),
};

// oclif's modules load each other all at once, the help and its colours included; here each waits until it is used.
const lazyOclif = {
  name: 'lazy-oclif',
  transform(code, id) {
    if (!/[\\/]@oclif[\\/]core[\\/]lib[\\/].*\.js$/.test(id)) return null;
    const names = [];
    const deferred = code.replace(
      /^(?:const|var) (\w+_\d+) = (__importDefault\()?require\((["'][^"']+["'])\)\)?;$/gm,
      (_line, name, isDefault, from) => {
        names.push(name);
        return `const ${name} = { get of() { return ${isDefault ? `__importDefault(require(${from}))` : `require(${from})`}; } };`;
      },
    );
    // Comparing ids by the rules of a language loads the language: 11 ms.
    const plain = deferred.replace(/\ba\.(id|name)\.localeCompare\(b\.\1\)/g, '(a.$1 < b.$1 ? -1 : a.$1 > b.$1 ? 1 : 0)');
    // Whether it is Windows' own Linux is asked at each start; what else is in that package runs programs.
    const light = plain
      .replace("(await import('wsl-utils')).isWsl", "(await import('is-wsl')).default")
      // The manifest and package.json, which the first step of a command needs: reading aside would only take longer.
      .replace("await (0, promises_1.readFile)(path, 'utf8')", "(0, node_fs_1.readFileSync)(path, 'utf8')")
      // Notes to developers, which only DEBUG shows.
      .replace('= (0, debug_1.default)(namespace);', '= process.env.DEBUG ? (0, debug_1.default)(namespace) : () => {};');
    if (names.length === 0) return light;
    return light.replace(new RegExp(`(?<!const )\\b(${names.join('|')})\\b(?=[.)])`, 'g'), '$1.of');
  },
};

rmSync('dist', { recursive: true, force: true });
const bundle = await rolldown({
  input,
  plugins: [wholeClients, lazyOclif],
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

// V8 keeps a text with one character outside of Latin-1 as two bytes for each, and reads it more slowly.
const rawOrEscaped = /String\.raw`[^`]*[^\0-\x7f]|\\[^\0-\x7f]/;
const escaped = (text) =>
  rawOrEscaped.test(text)
    ? text
    : text.replace(/[^\0-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

// Native import() of Node's own modules does not work in code taken from a cache: the bundle is CommonJS, so they are required.
for (const file of walk('dist').filter((path) => path.endsWith('.cjs'))) {
  const text = readFileSync(file, 'utf8');
  const plain = text.replace(/\bimport\(([`"'])(node:[\w/]+)\1\)/g, 'Promise.resolve({...require("$2"),default:require("$2")})');
  const ascii = escaped(plain);
  if (ascii !== text) writeFileSync(file, ascii);
}

// Compiled code beside the chunks, of the commands that are typed most; the later run wins where both load a chunk.
const project = mkdtempSync(join(tmpdir(), 'baf-train-'));
cpSync('examples/retail-store', project, { recursive: true, filter: (path) => !path.includes('.baf') });
const train = (...args) => {
  const env = { ...process.env, BAF_ACTOR: 'build' };
  const { status } = spawnSync(process.execPath, ['scripts/train.cjs', ...args], { stdio: 'ignore', env });
  if (status !== 0) console.warn(`baf ${args.join(' ')} ended with ${status}: what it loads may start slower`);
};
train('--help');
// At a speed that a lock keeps up with: without services the code that reads them would not be there.
train('deploy', '--all', '--env', 'staging', '--sandbox', '--speed', '60', '-C', project);
train('staging', 'ls', '--sandbox', '-C', project);
train('status', '--env', 'staging', '--sandbox', '-C', project);
train('ssm', 'tags', '--sandbox', '-C', project);
rmSync(project, { recursive: true, force: true });
