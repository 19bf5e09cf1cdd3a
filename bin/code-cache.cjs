'use strict';
// Compiling the bundle is a third of a command's start. The build leaves V8's compiled code beside each chunk
// (scripts/train.cjs); here it is taken where it is of this very V8, and left alone where it is not.
const { readFileSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, resolve, sep } = require('node:path');
const vm = require('node:vm');

/** With `record`, returns a function that writes the code of every chunk loaded since. */
exports.install = function install(dist, record) {
  const scripts = new Map();
  const compile = Module.prototype._compile;
  const within = dist + sep;
  const folders = new Map();
  const placeOf = (folder) => {
    const known = folders.get(folder);
    if (known) return known;
    const made = { neighbours: new Map(), lookup: Module._nodeModulePaths(folder) };
    folders.set(folder, made);
    return made;
  };
  const run = (module, content, filename, cachedData) => {
    const script = new vm.Script(Module.wrap(content), {
      filename,
      cachedData,
      importModuleDynamically: (specifier) => import(specifier),
    });
    if (record) scripts.set(filename + '.code', script);
    const folder = dirname(filename);
    const { neighbours } = placeOf(folder);
    const require = (id) => {
      if (id[0] !== '.') return module.require(id);
      let path = neighbours.get(id);
      if (!path) neighbours.set(id, (path = resolve(folder, id)));
      return neighbour(path, module) ?? module.require(id);
    };
    require.resolve = (request, options) => Module._resolveFilename(request, module, false, options);
    require.main = process.mainModule;
    require.cache = Module._cache;
    return script.runInThisContext().call(module.exports, module.exports, require, module, filename, folder);
  };
  /** A chunk names its neighbours by relative paths that are there: Node need not look for them. */
  const neighbour = (path, parent) => {
    const known = Module._cache[path];
    if (known) return known.exports;
    if (record || !path.endsWith('.cjs')) return undefined;
    const cachedData = compiled(path);
    if (!cachedData) return undefined;
    const module = new Module(path, parent);
    module.filename = path;
    module.paths = placeOf(dirname(path)).lookup;
    Module._cache[path] = module;
    let done = false;
    try {
      run(module, readFileSync(path, 'utf8'), path, cachedData);
      done = module.loaded = true;
    } finally {
      if (!done) delete Module._cache[path];
    }
    return module.exports;
  };
  Module.prototype._compile = function (content, filename) {
    if (!filename.startsWith(within)) return compile.call(this, content, filename);
    const cachedData = record ? undefined : compiled(filename);
    if (!record && !cachedData) return compile.call(this, content, filename);
    return run(this, content, filename, cachedData);
  };
  return () => scripts.forEach((script, file) => writeFileSync(file, script.createCachedData()));
};

function compiled(filename) {
  try {
    return readFileSync(filename + '.code');
  } catch {
    return undefined;
  }
}
