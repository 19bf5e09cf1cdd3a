/** The boot snippet of examples/instance with the real aws command line against a sandbox, and a metadata service that answers as version 2 does. */
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installed } from '../acceptance/harness.js';
import { tagScene, type TagScene } from '../lib/tags/scene.js';

const there = installed('aws') && installed('curl');
const DIGEST = `sha256:${'a'.repeat(64)}`;
let scene: TagScene;
let metadata: Server;
beforeAll(async () => {
  scene = await tagScene(1);
  // As IMDSv2: nothing without a token.
  metadata = createServer((request, response) => {
    if (request.method === 'PUT' && request.url === '/latest/api/token') return void response.end('token-1');
    const allowed = request.headers['x-aws-ec2-metadata-token'] === 'token-1';
    response.statusCode = allowed ? 200 : 401;
    response.end(allowed && request.url === '/latest/meta-data/placement/region' ? 'eu-west-1' : '');
  });
  await new Promise<void>((up) => metadata.listen(0, '127.0.0.1', up));
  const put = (Name: string, Value: string) =>
    scene.ssm(scene.targets[0]!, 'PutParameter', { Name, Value, Type: 'String', Overwrite: true });
  put('/baf/tags/prod/ui', `1.3.0@${DIGEST}`);
  scene.ssm(scene.targets[0]!, 'LabelParameterVersion', { Name: '/baf/tags/prod/ui', Labels: ['live'] });
  put('/baf/tags/prod/ui', '1.4.0');
  put('/baf/tags/prod/new', '2.0.0');
  scene.sandbox.pass(10);
});
afterAll(async () => {
  metadata.close();
  await scene.close();
});

const find = (service: string, ...flags: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((done) => {
    const env = {
      PATH: process.env['PATH'],
      HOME: '/nonexistent',
      AWS_ENDPOINT_URL: scene.sandbox.endpoint,
      AWS_ACCESS_KEY_ID: scene.targets[0]!.accountId,
      AWS_SECRET_ACCESS_KEY: 'x',
      AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${(metadata.address() as AddressInfo).port}/`,
      BAF_ENVIRONMENT: 'prod',
      BAF_SERVICE: service,
      BAF_RETRY_SECONDS: '0',
    };
    execFile('bash', [resolve('examples/instance/find-tag.sh'), ...flags], { env }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });

describe.skipIf(!there)('an instance finds its tag', () => {
  it('that was rolled out last, with the region from the metadata service', async () => {
    expect(await find('ui')).toEqual({ code: 0, stdout: '1.3.0\n', stderr: '' });
    expect((await find('ui', '--digest')).stdout).toBe(`1.3.0@${DIGEST}\n`);
    expect((await find('ui', '--desired')).stdout).toBe('1.4.0\n');
  });
  it('that is wanted where nothing was rolled out', async () => {
    expect((await find('new')).stdout).toBe('2.0.0\n');
  });
  it('after it was throttled', async () => {
    scene.fail('GetParameter', 'throttle', 7);
    expect(await find('ui')).toMatchObject({ code: 0, stdout: '1.3.0\n' });
  });
  it('or says that there is none, or that it may not look', async () => {
    expect(await find('none')).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringContaining('/baf/tags/prod/none') as string,
    });
    scene.fail('GetParameter', 'denied', null);
    expect(await find('ui')).toMatchObject({ code: 3, stdout: '' });
    scene.clear();
  });
});
