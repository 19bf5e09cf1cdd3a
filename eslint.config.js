import tseslint from 'typescript-eslint';

/** What each part of src/lib may import (design.md, "The house"). Pure parts see no node:, no SDK, no clock. */
const pure = ['model', 'config', 'templates', 'tags', 'rollout', 'stagings', 'records'];

export default tseslint.config(
  { ignores: ['dist', 'coverage', 'node_modules', '**/.baf'] },
  ...tseslint.configs.recommended,
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  {
    files: pure.map((part) => `src/lib/${part}/**/*.ts`),
    rules: {
      'no-restricted-properties': ['error', { object: 'Date', property: 'now', message: 'Time is passed in.' }],
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['node:*', '@aws-sdk/*'], message: 'Pure parts act on values only.' }] },
      ],
    },
  },
);
