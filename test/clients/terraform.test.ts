/** Terraform with the real AWS provider makes, keeps and removes a service's stack; its state and lock lie in the sandbox's S3. */
import { execFile, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { S3, type S3ClientConfig } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seed } from '../../src/lib/sandbox/seed.js';
import { locate, withClient } from './client.js';
import { ACCOUNT, REGION, serveSandbox, type Served } from './served.js';

const root = resolve(import.meta.dirname, '../..');
const RESOURCES = 26;
const TIMEOUT_MS = 240_000;
/** Sandbox time of a request: some resources take a while to come and go. */
const SECONDS_A_REQUEST = 30;
const BUCKET = 'shop-terraform-state';
const KEY = 'catalog/terraform.tfstate';

/** Folder with Terraform's providers, so that nothing is downloaded: named by the environment, or told by a program. */
function mirror(): string | null {
  const named = process.env['BAF_TERRAFORM_MIRROR'];
  if (named) return existsSync(named) ? named : null;
  const teller = [locate('terraform-mirror'), resolve(root, '../shared/tools/terraform-mirror')].find(
    (file) => file !== null && existsSync(file),
  );
  if (!teller) return null;
  const told = spawnSync('bash', [teller], { encoding: 'utf8' });
  return told.status === 0 ? told.stdout.trim() : null;
}

const providers = locate('terraform') ? mirror() : null;
if (!providers)
  console.warn(
    '\n!!! SKIPPED: Terraform is not run against the sandbox. It needs `terraform`, and the AWS provider in a filesystem mirror that BAF_TERRAFORM_MIRROR names.\n',
  );

interface Ran {
  readonly code: number;
  readonly output: string;
}

const program = providers ? 'terraform' : 'terraform with a mirror of its providers';
withClient({ name: 'Terraform', program, unit: 'resources' }, 'a service stack', RESOURCES, (tally) => {
  let served: Served;
  let dir: string;
  let s3: S3;
  let terraform: (...args: string[]) => Promise<Ran>;

  beforeAll(async () => {
    served = await serveSandbox();
    seed(served.sandbox, [{ account: ACCOUNT, region: REGION, environment: 'prod', domain: 'shop.example' }], []);
    dir = mkdtempSync(join(tmpdir(), 'baf-terraform-'));
    cpSync(join(import.meta.dirname, 'terraform'), dir, { recursive: true });
    writeFileSync(
      join(dir, 'cli.tfrc'),
      `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(providers)}\n  }\n}\n`,
    );
    const clean = Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^(AWS|TF)_/.test(key)));
    const env = {
      ...clean,
      HOME: dir,
      TF_CLI_CONFIG_FILE: join(dir, 'cli.tfrc'),
      TF_IN_AUTOMATION: '1',
      CHECKPOINT_DISABLE: '1',
      AWS_ENDPOINT_URL: served.endpoint,
      AWS_ACCESS_KEY_ID: ACCOUNT,
      AWS_SECRET_ACCESS_KEY: 'x',
      AWS_REGION: REGION,
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    terraform = (...args) =>
      served.pace(
        SECONDS_A_REQUEST,
        () =>
          new Promise((done, failed) => {
            execFile('terraform', args, { cwd: dir, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
              if (error && typeof error.code !== 'number') failed(error);
              else done({ code: error ? Number(error.code) : 0, output: stdout + stderr });
            });
          }),
      );
    const config: S3ClientConfig = {
      endpoint: served.endpoint,
      region: REGION,
      forcePathStyle: true,
      credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'x' },
    };
    s3 = new S3(config);
    await s3.createBucket({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: REGION } });
  });
  afterAll(async () => {
    await served.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const run = async (...args: string[]): Promise<string> => {
    const { code, output } = await terraform(...args, '-no-color');
    expect(code, output).toBe(0);
    return output;
  };
  const keys = async (): Promise<string[]> =>
    ((await s3.listObjectsV2({ Bucket: BUCKET })).Contents ?? []).map(({ Key }) => Key!);

  it(
    'creates it, finds nothing to change, is held off by a lock, and destroys it',
    async () => {
      const backend = [`bucket=${BUCKET}`, `key=${KEY}`, `region=${REGION}`].map((setting) => `-backend-config=${setting}`);
      await run('init', '-input=false', ...backend);
      const made = await run('apply', '-auto-approve', '-input=false');
      expect(made).toContain(`Apply complete! Resources: ${RESOURCES} added, 0 changed, 0 destroyed.`);
      expect(made).toContain('subnets = 3');
      expect(await keys()).toEqual([KEY]);

      expect(await run('plan', '-input=false', '-detailed-exitcode')).toContain('No changes.');

      const ID = '4f7cdc1b-0d0b-4b7c-8d2c-5b7a1d6f0c11';
      const lock = { ID, Operation: 'OperationTypeApply', Who: 'ben@laptop', Version: '1.11.4', Created: '2026-11-19T12:00:00Z' };
      await s3.putObject({ Bucket: BUCKET, Key: `${KEY}.tflock`, Body: JSON.stringify({ ...lock, Info: '', Path: KEY }) });
      const held = await terraform('destroy', '-auto-approve', '-input=false', '-no-color');
      expect([held.code, held.output]).toEqual([
        1,
        expect.stringMatching(/Error acquiring the state lock[^]*PreconditionFailed[^]*ben@laptop/),
      ]);
      await run('force-unlock', '-force', ID);

      const gone = await run('destroy', '-auto-approve', '-input=false');
      expect(gone).toContain(`Destroy complete! Resources: ${RESOURCES} destroyed.`);
      expect(await keys()).toEqual([KEY]);
      expect((await s3.listBuckets({})).Buckets?.map(({ Name }) => Name)).toEqual([BUCKET]);
      tally.checked += RESOURCES;
    },
    TIMEOUT_MS,
  );
});
