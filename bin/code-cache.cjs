'use strict';
// Compiling the bundle is a third of a command's start. The build leaves V8's compiled code beside each chunk
// (scripts/train.cjs); here it is taken where it is of this very V8, and left alone where it is not.
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, resolve, sep } = require('node:path');
const vm = require('node:vm');

/** With `record`, returns a function that writes the code of every chunk loaded since. */
exports.install = function install(dist, record) {
  const scripts = new Map();
  const compile = Module.prototype._compile;
  const within = dist + sep;
  Module.prototype._compile = function (content, filename) {
    if (!filename.startsWith(within)) return compile.call(this, content, filename);
    const cache = filename + '.code';
    let cachedData;
    if (!record && existsSync(cache)) cachedData = readFileSync(cache);
    if (!record && !cachedData) return compile.call(this, content, filename);
    const script = new vm.Script(Module.wrap(content), {
      filename,
      cachedData,
      importModuleDynamically: (specifier) => import(specifier),
    });
    if (record) scripts.set(cache, script);
    // A chunk names its neighbours by relative paths that are there: nothing has to be looked for.
    const folder = dirname(filename);
    const require = (id) => {
      const known = id.startsWith('.') && Module._cache[resolve(folder, id)];
      return known ? known.exports : this.require(id);
    };
    require.resolve = (request, options) => Module._resolveFilename(request, this, false, options);
    require.main = process.mainModule;
    require.cache = Module._cache;
    return script.runInThisContext().call(this.exports, this.exports, require, this, filename, folder);
  };
  return () => scripts.forEach((script, file) => writeFileSync(file, script.createCachedData()));
};
