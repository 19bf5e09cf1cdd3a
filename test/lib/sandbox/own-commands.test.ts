/** The sandbox's own commands, against one that lies on disk. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { faultImage } from '../../../src/lib/command/faults.js';
import { sandboxCalls, sandboxReset, sandboxStatus } from '../../../src/lib/command/sandbox.js';
import { listTags } from '../../../src/lib/command/tags.js';
import { setTag } from '../../../src/lib/command/tags-set.js';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'baf-own-'));
  cpSync(resolve('examples/retail-store'), dir, { recursive: true, filter: (path) => !path.includes('.baf/') });
  process.env['BAF_ACTOR'] = 'ana';
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const base = () => ({ dir, sandbox: true, yes: true, 'no-input': true, 'no-color': true, verbose: false, progress: 'none' });

it('tell its state and calls, refuse a fault of nothing, and reset it', async () => {
  expect((await setTag('ui', '1.3.0', { ...base(), env: 'prod' })).text).toMatch(/1\.3\.0/);
  expect((await sandboxStatus(base())).text).toMatch(/not served now[\s\S]*shop-prod 333333333333/);
  expect((await sandboxCalls(base())).text).toMatch(/ssm:PutParameter {2}333333333333\/us-east-1/);
  await expect(faultImage('nothing', { ...base(), outcome: 'exits' })).rejects.toMatchObject({ code: 'ImageInvalid' });
  await expect(sandboxReset({ ...base(), yes: false })).rejects.toMatchObject({ code: 'CannotAsk' });
  expect((await sandboxReset(base())).json).toEqual({ reset: true });
  expect((await listTags(['ui'], { ...base(), env: ['prod'] })).text).toMatch(/ui\s+prod\s+-\s+-\s+missing/);
});
