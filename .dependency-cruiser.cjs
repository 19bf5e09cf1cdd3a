/** The import rule of the design: commands -> app -> engine/stacks/identity/output -> pure parts -> model. */
const pure = '^src/lib/(model|config|templates|tags|rollout|stagings|redaction|doctor|access|locks|freezes|records|preflight)/';
module.exports = {
  forbidden: [
    {
      name: 'pure-parts-are-pure',
      severity: 'error',
      from: { path: pure },
      to: { path: '^src/lib/(app|engine|stacks|identity|aws|system|output|sandbox|command)' },
    },
    { name: 'pure-parts-use-no-node', severity: 'error', from: { path: pure }, to: { dependencyTypes: ['core'] } },
    {
      name: 'only-aws-and-sandbox-use-the-sdk',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/lib/(aws|sandbox)/' },
      to: { path: 'node_modules/@(aws-sdk|smithy)/' },
    },
    { name: 'model-imports-nothing', severity: 'error', from: { path: '^src/lib/model/' }, to: { pathNot: '^src/lib/model/' } },
    {
      name: 'only-app-wires-the-sandbox',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(commands|lib/(app|sandbox))' },
      to: { path: '^src/lib/sandbox/' },
    },
    {
      name: 'engine-knows-no-output',
      severity: 'error',
      from: { path: '^src/lib/(engine|stacks|identity|aws)/' },
      to: { path: '^src/lib/(output|command|app)' },
    },
    {
      name: 'redaction-imports-nothing',
      severity: 'error',
      from: { path: '^src/lib/redaction/' },
      to: { pathNot: '^src/lib/redaction/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
