/** Settings, secrets and exec in process, against a sandbox of their own. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployServices } from '../../../src/lib/command/deploy.js';
import { faultCall } from '../../../src/lib/command/faults.js';
import { freezeServices, unfreezeServices } from '../../../src/lib/command/freeze.js';
import { lockServices, unlockServices } from '../../../src/lib/command/lock.js';
import { getSecret, listSecrets, rotateCheck, setSecret, unsetSecret } from '../../../src/lib/command/secrets.js';
import { diffSettings, getSetting, listSettings, settingHistory, type HistoryRow } from '../../../src/lib/command/settings.js';
import { downStaging, upStaging } from '../../../src/lib/command/staging.js';
import { copySettings, setSetting, unsetSetting } from '../../../src/lib/command/settings-write.js';
import { execService } from '../../../src/lib/command/ssm-exec.js';
import type { RotationRow, SecretRow, SettingRow, WriteResult } from '../../../src/lib/model/setting-row.js';

const secret = 'correct horse battery staple 42';
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'baf-settings-'));
  cpSync(resolve('examples/retail-store'), dir, { recursive: true, filter: (path) => !path.includes('.baf/') });
  const file = join(dir, 'baf.yaml');
  const text = readFileSync(file, 'utf8');
  const from = '    secrets: { RETAIL_CATALOG_PERSISTENCE_PASSWORD: retail/catalog-db-password }';
  expect(text).toContain(from);
  writeFileSync(
    file,
    text.replace(
      from,
      '    settings: { LOG_LEVEL: log-level }\n    secrets: { DB: { key: db }, PAY: { key: pay, store: secretsmanager } }',
    ),
  );
  writeFileSync(join(dir, 'secret.txt'), `${secret}\n`);
  process.env['BAF_ACTOR'] = 'ana';
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const base = () => ({
  dir,
  sandbox: true,
  speed: 60,
  yes: true,
  'no-input': true,
  'no-color': true,
  progress: 'none',
  verbose: false,
});
const prod = () => ({ ...base(), env: 'prod' });
const writes = (done: { json: object }): string[] =>
  (done.json as { writes: WriteResult[] }).writes.map((w) => `${w.target} ${w.status} ${w.version}`);
const three = (rest: string): string[] =>
  ['shop-canary/eu-west-1', 'shop-prod/eu-west-1', 'shop-prod/us-east-1'].map((t) => `${t} ${rest}`);
const rows = async (): Promise<SettingRow[]> =>
  ((await listSettings(['catalog'], { ...base(), env: ['prod'] })).json as { settings: SettingRow[] }).settings;

describe('settings', () => {
  it('that baf.yaml reads and nobody set are missing', async () => {
    expect((await rows()).map((r) => `${r.key} ${r.target} ${r.state}`)).toEqual(
      ['shop-canary/eu-west-1', 'shop-prod/eu-west-1', 'shop-prod/us-east-1'].map((t) => `log-level ${t} missing`),
    );
    await expect(getSetting('catalog', 'log-level', prod())).rejects.toMatchObject({ code: 'SettingMissing', exitCode: 1 });
  });

  it('are written to every target once, and not again', async () => {
    expect(writes(await setSetting('catalog', 'log-level', 'info', prod()))).toEqual(three('written 1'));
    expect(writes(await setSetting('catalog', 'log-level', 'info', { ...prod(), targets: ['shop-canary'] }))[0]).toMatch(
      /^shop-canary/,
    );
    expect((await getSetting('catalog', 'log-level', prod())).text).toBe('info');
  });

  it('that fail in one target are partly done, and finished by running again', async () => {
    await faultCall('ssm:PutParameter', { ...base(), kind: 'denied', times: 1, target: 'shop-prod/us-east-1' });
    const first = await setSetting('catalog', 'log-level', 'warn', prod());
    expect(first.exitCode).toBe(5);
    expect(writes(first).filter((w) => w.includes('failed'))).toHaveLength(1);
    expect(first.warnings.join('\n')).toMatch(/PutParameter[\s\S]*writes only what is missing/);
    expect((await rows()).map((r) => r.state)).toEqual(['differs', 'differs', 'differs']);
    expect((await getSetting('catalog', 'log-level', prod())).text.split('\n')).toHaveLength(3);
    const again = await setSetting('catalog', 'log-level', 'warn', prod());
    expect(again.exitCode).toBe(0);
    expect(
      writes(again)
        .map((w) => w.split(' ')[1])
        .toSorted(),
    ).toEqual(['unchanged', 'unchanged', 'written']);
    expect((await rows()).map((r) => `${r.value} ${r.version} ${r.state}`)).toEqual(Array(3).fill('warn 2 same'));
  });

  it('that fail everywhere are an error', async () => {
    // The lock is kept in the first target: all but that one.
    for (const target of ['shop-prod/eu-west-1', 'shop-prod/us-east-1'])
      await faultCall('ssm:PutParameter', { ...base(), kind: 'denied', times: 1, target });
    const targets = ['shop-prod'];
    await expect(setSetting('catalog', 'log-level', 'error', { ...prod(), targets })).rejects.toMatchObject({
      code: 'AccessDenied',
      exitCode: 3,
    });
  });

  it('that are frozen or locked are refused, and written over a freeze with a reason', async () => {
    await freezeServices([], { ...prod(), reason: 'holidays' });
    const set = (more: object = {}) => setSetting('catalog', 'frozen', 'x', { ...prod(), ...more });
    await expect(set()).rejects.toMatchObject({ code: 'Frozen', exitCode: 4 });
    expect(writes(await set({ 'override-freeze': true, reason: 'an outage' }))).toEqual(three('written 1'));
    await unfreezeServices([], prod());
    await lockServices(['catalog'], { ...prod(), reason: 'I look at it', for: '10m' });
    await expect(set()).rejects.toMatchObject({ code: 'LockBusy', exitCode: 4 });
    await unlockServices(['catalog'], prod());
    expect(writes(await unsetSetting('catalog', 'frozen', { ...prod(), force: false }))).toEqual(three('removed null'));
  });

  it('have a history with who wrote them', async () => {
    const { json } = await settingHistory('catalog', 'log-level', { ...prod(), targets: ['shop-canary'] });
    expect(
      (json as { history: HistoryRow[] }).history.map((h) => `${h.version} ${h.value} ${h.by} ${h.op} ${h.foreign}`),
    ).toEqual(['2 warn ana set false', '1 info ana set false']);
  });

  it('are compared and copied between environments', async () => {
    await setSetting('catalog', 'log-level', 'debug', { ...base(), env: 'staging' });
    await setSetting('catalog', 'colour', 'blue', { ...base(), env: 'staging' });
    const diff = await diffSettings('staging', 'prod', ['catalog'], { ...base(), 'exit-code': true });
    expect([diff.exitCode, diff.json]).toEqual([
      6,
      {
        diff: {
          from: 'staging',
          to: 'prod',
          differences: [
            { service: 'catalog', key: 'colour', from: ['blue'], to: [null] },
            { service: 'catalog', key: 'log-level', from: ['debug'], to: ['warn'] },
          ],
        },
      },
    ]);
    const flags = { ...base(), from: 'staging', to: 'prod', plan: false };
    expect((await copySettings(['catalog'], { ...flags, plan: true })).text).toBe(
      '~ colour of catalog: none -> blue\n~ log-level of catalog: warn -> debug',
    );
    expect((await rows()).map((r) => r.value)).toEqual(['warn', 'warn', 'warn']);
    await expect(copySettings(['catalog'], { ...flags, yes: false })).rejects.toMatchObject({ code: 'CannotAsk' });
    expect(writes(await copySettings(['catalog'], flags)).filter((w) => w.includes('written'))).toHaveLength(6);
    expect((await diffSettings('staging', 'prod', ['catalog'], { ...base(), 'exit-code': true })).exitCode).toBe(0);
    await setSetting('catalog', 'colour', 'red', { ...prod(), targets: ['shop-canary'] });
    await expect(copySettings(['catalog'], { ...flags, from: 'prod', to: 'staging' })).rejects.toMatchObject({
      code: 'SettingUneven',
      exitCode: 4,
      message: expect.stringContaining('colour of catalog') as string,
    });
    await expect(copySettings(['catalog'], { ...flags, key: ['nothing'] })).rejects.toMatchObject({ code: 'SettingMissing' });
  });

  it('are removed, unless baf.yaml reads them', async () => {
    await expect(unsetSetting('catalog', 'log-level', { ...prod(), force: false })).rejects.toMatchObject({
      code: 'SettingInUse',
      exitCode: 4,
    });
    expect(writes(await unsetSetting('catalog', 'colour', { ...prod(), force: false }))).toEqual(three('removed null'));
    expect(writes(await unsetSetting('catalog', 'colour', { ...prod(), force: false }))).toEqual(three('unchanged null'));
  });

  it.each([
    ['{{ssm:x}}', /has \{\{ in it: Parameter Store/],
    ['x'.repeat(4097), /has 4097 bytes; at most 4096/],
    ['é'.repeat(2049), /has 4098 bytes/],
  ])('with a value that cannot be kept are refused', async (value, message) => {
    await expect(setSetting('catalog', 'log-level', value, prod())).rejects.toMatchObject({
      code: 'ValueInvalid',
      exitCode: 2,
      message: expect.stringMatching(message) as string,
    });
  });
});

describe('secrets', () => {
  const set = (more: object = {}) =>
    setSecret('catalog', 'db', { ...prod(), store: 'ssm', file: join(dir, 'secret.txt'), ...more });
  const check = async (more: object = {}) =>
    rotateCheck(['catalog'], { ...prod(), 'max-age': '90d', 'exit-code': true, ...more }).then((done) => ({
      ...done,
      rows: (done.json as { secrets: RotationRow[] }).secrets,
    }));

  it('are said to be missing by exec, with the command for each', async () => {
    await expect(execService('catalog', ['true'], { ...prod(), 'only-secrets': true })).rejects.toMatchObject({
      code: 'ValuesMissing',
      exitCode: 1,
      nextSteps: [
        'baf ssm secrets set catalog db --env prod',
        'baf ssm secrets set catalog pay --env prod --store secretsmanager',
      ],
    });
  });

  it('are set in both stores, and not again', async () => {
    expect(writes(await set())).toEqual(three('written 1'));
    expect(writes(await set())).toEqual(three('unchanged 1'));
    const managed = () => setSecret('catalog', 'pay', { ...prod(), store: 'secretsmanager', file: join(dir, 'secret.txt') });
    expect(writes(await managed())).toEqual(three('written null'));
    expect(writes(await managed())).toEqual(three('unchanged null'));
    const { json, text } = await listSecrets(['catalog'], { ...base(), env: ['prod'] });
    expect((json as { secrets: SecretRow[] }).secrets.map((s) => `${s.key} ${s.store} ${s.state}`)).toEqual(
      expect.arrayContaining(['db ssm set', 'pay secretsmanager set']),
    );
    expect(JSON.stringify(json) + text).not.toContain(secret);
  });

  it('are shown on a terminal only', async () => {
    const flags = { ...prod(), store: 'ssm' as const };
    const about = await getSecret('catalog', 'db', { ...flags, show: false });
    expect(about.text + JSON.stringify(about.json)).not.toContain(secret);
    for (const [more, terminal] of [
      [{}, { isTTY: false }],
      [{ json: true }, { isTTY: true }],
    ] as const)
      expect(() => getSecret('catalog', 'db', { ...flags, show: true, ...more }, terminal)).toThrow(/shown on a terminal only/);
    expect((await getSecret('catalog', 'db', { ...flags, show: true }, { isTTY: true })).text).toBe(secret);
  });

  it('are given to a command, with the settings', async () => {
    const out = join(dir, 'seen.json');
    const script = `require('fs').writeFileSync(${JSON.stringify(out)}, JSON.stringify([process.env.DB, process.env.PAY, process.env.LOG_LEVEL ?? null])); process.exit(9)`;
    const exec = (only: boolean) => execService('catalog', [process.execPath, '-e', script], { ...prod(), 'only-secrets': only });
    expect(await exec(false)).toBe(9);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual([secret, secret, 'debug']);
    await exec(true);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual([secret, secret, null]);
  });

  it('that changed after tasks started are held by these, until the fix is run', async () => {
    const flags = { ...base(), verbose: false, progress: 'none', plan: false, 'exit-code': false, timeout: '30m', json: true };
    const deployed = await deployServices({
      ...flags,
      env: 'prod',
      services: ['catalog'],
      tag: ['1.3.0'],
      'on-failure': 'rollback',
    });
    expect(deployed.exitCode).toBe(0);
    const before = await check();
    expect(before.rows.map((r) => r.state)).toEqual(Array(6).fill('current'));
    expect(before.exitCode).toBe(0);
    writeFileSync(join(dir, 'secret.txt'), 'another value of the secret');
    await set({ targets: ['shop-canary'] });
    const after = await check();
    expect(after.exitCode).toBe(6);
    const [held] = after.rows.filter((r) => r.state === 'held');
    expect(held).toMatchObject({
      target: 'shop-canary/eu-west-1',
      variable: 'DB',
      fix: 'baf exec-with shop-canary/eu-west-1 -- aws ecs update-service --cluster baf --service retail-store-prod-catalog --force-new-deployment',
    });
    expect(held!.tasks).toHaveLength(1);
    expect((await check({ 'max-age': '1s' })).rows.filter((r) => r.state === 'old').length).toBe(5);
  });

  it('are held by the tasks of a staging, too', async () => {
    for (const [key, store] of [
      ['db', 'ssm'],
      ['pay', 'secretsmanager'],
    ] as const)
      await setSecret('catalog', key, { ...base(), env: 'staging', store, file: join(dir, 'secret.txt') });
    const up = { ...base(), timeout: '30m', service: ['catalog'] };
    expect((await upStaging('demo', up)).exitCode).toBe(0);
    const staging = async () => (await check({ env: 'staging' })).rows.filter((r) => r.staging !== null);
    expect(await staging()).toEqual([]);
    writeFileSync(join(dir, 'secret.txt'), 'a third value of the secret');
    await set({ env: 'staging' });
    expect(await staging()).toEqual([
      expect.objectContaining({
        ...{ staging: 'demo', variable: 'DB', state: 'held' },
        fix: expect.stringMatching(/--service retail-store-demo-catalog --force/) as string,
      }),
    ]);
    expect((await check({ env: 'staging' })).text).toMatch(/catalog \(staging demo\)\s+DB\s+held/);
    await downStaging('demo', base());
  });

  it('are taken away when nobody reads them, after a question', async () => {
    const unset = (more: object = {}) =>
      unsetSecret('catalog', 'db', { ...prod(), store: 'ssm' as const, force: false, ...more });
    await expect(unset()).rejects.toMatchObject({ code: 'SecretInUse', exitCode: 4 });
    await expect(unset({ force: true, yes: false })).rejects.toMatchObject({ code: 'CannotAsk', exitCode: 2 });
    await expect(unset({ env: 'staging', force: true, yes: false })).rejects.toMatchObject({
      message: expect.stringContaining('This cannot be undone') as string,
    });
    expect(writes(await unset({ force: true }))).toEqual(three('removed null'));
    expect(writes(await unset({ force: true }))).toEqual(three('unchanged null'));
    const managed = await unsetSecret('catalog', 'pay', { ...prod(), store: 'secretsmanager', force: true });
    expect(managed.text).toMatch(/thirty days[\s\S]*restore-secret --secret-id baf\/secrets\/prod\/catalog\/pay/);
  });

  it('that are not text, or whose key is none, are refused without telling them', async () => {
    writeFileSync(join(dir, 'bytes'), Buffer.from([0xff, 0xfe, 0x41]));
    await expect(set({ file: join(dir, 'bytes') })).rejects.toMatchObject({ code: 'ValueInvalid' });
    await expect(set({ file: join(dir, 'none') })).rejects.toMatchObject({ code: 'FileUnreadable' });
    expect(() => setSecret('catalog', `db=${secret}`, { ...prod(), store: 'ssm' })).toThrow(/^That is no key of a secret\.$/);
    expect(() => setSecret('catalog', 'a-secret', { ...prod(), store: 'secretsmanager' })).toThrow(
      /ends with - and six characters/,
    );
  });
});
