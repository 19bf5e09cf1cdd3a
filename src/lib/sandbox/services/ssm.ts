/** SSM Parameter Store: versions, labels, policies, history and paging as AWS has them. */
import type { SandboxService } from '../service.js';
import { describe } from './ssm/describe.js';
import { labelOperations } from './ssm/labels.js';
import { put } from './ssm/put.js';
import { readOperations } from './ssm/read.js';
import { settingOperations } from './ssm/settings.js';
import { lookUp, nameOf, need, remove, slice } from './ssm/state.js';
import { tagOperations } from './ssm/tags.js';

export const ssm: SandboxService = {
  name: 'ssm',
  operations: {
    PutParameter: put,
    DescribeParameters: describe,
    ...readOperations,
    ...labelOperations,
    ...tagOperations,
    ...settingOperations,
    DeleteParameter(input: { Name: string }, { cell, now }) {
      remove(cell, need(cell, input.Name).name, now);
      return {};
    },
    DeleteParameters(input: { Names: string[] }, { cell, now }) {
      const names = [...new Set(input.Names)];
      const there = names.filter((name) => lookUp(cell, nameOf(cell, name)));
      for (const name of there) remove(cell, nameOf(cell, name), now);
      return { DeletedParameters: there, InvalidParameters: names.filter((name) => !there.includes(name)) };
    },
  },
  nextEventAt(cell) {
    const ends = Object.values(slice(cell).expires);
    return ends.length === 0 ? null : ends.reduce((a, b) => Math.min(a, b));
  },
  advance(cell, now) {
    for (const [name, at] of Object.entries(slice(cell).expires)) if (at <= now) remove(cell, name, at);
  },
};
