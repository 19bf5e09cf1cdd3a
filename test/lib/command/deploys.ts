/** The example project in a world of one clock: three services in three targets that were deployed once. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asProcess, endTime, enter, play, projectDir, removeDir, startTime, type World } from './one-clock.js';
import {
  ApplicationAutoScalingClient,
  RegisterScalableTargetCommand,
} from '../../../src/lib/aws/sdk/application-auto-scaling.js';
import { deployServices } from '../../../src/lib/command/deploy.js';
import type { DeployOutcome } from '../../../src/lib/model/outcome.js';
import { save, type Saved } from './crash.js';

export interface Scene {
  readonly dir: string;
  /** Flags that every command has. */
  base(): ReturnType<typeof flagsOf>;
  deploy(services: readonly string[], tag: string, more?: object): Promise<Deployed>;
  /** Rewrites `baf.yaml`: all before is what the example says. */
  edit(change: (text: string) => string): void;
  /** Plays in a world of its own from there, and saves what comes of it. */
  prepare(from: Saved | null, act: (world: World) => Promise<unknown>): Promise<Saved>;
  close(): void;
}

export interface Deployed {
  readonly exitCode: number;
  readonly text: string;
  readonly outcome: DeployOutcome;
}

const flagsOf = (dir: string) => ({
  dir,
  sandbox: true,
  yes: true,
  'no-input': true,
  'no-color': true,
  verbose: false,
  progress: 'none',
  env: 'prod',
  timeout: '30m',
});

/** Its end closes it. */
export function openScene(name: string): Scene {
  process.env['BAF_ACTOR'] = 'ana';
  // Otherwise git is asked, in a time that is not ours.
  process.env['GITHUB_SHA'] = '0123456789abcdef0123456789abcdef01234567';
  const dir = projectDir(name);
  const file = join(dir, 'baf.yaml');
  const original = readFileSync(file, 'utf8');
  startTime();
  const base = () => flagsOf(dir);
  return {
    dir,
    base,
    async deploy(services, tag, more = {}) {
      const done = await deployServices({
        ...base(),
        plan: false,
        'exit-code': false,
        'on-failure': 'rollback',
        json: true,
        services,
        tag: [tag],
        ...more,
      });
      return { exitCode: done.exitCode, text: done.text, outcome: (done.json as { deploy: DeployOutcome }).deploy };
    },
    edit(change) {
      const text = change(original);
      if (text === original && change !== same) throw new Error('the change changes nothing');
      writeFileSync(file, text);
    },
    async prepare(from, act) {
      const world = from ? enter(JSON.parse(from.state) as never, from.at) : enter();
      asProcess(1);
      await play(world, act(world));
      // Nothing of it trails, and no session of it is about to end.
      await play(world, new Promise<void>((resolve) => setTimeout(resolve, 3 * 3_600_000)));
      return save(world);
    },
    close() {
      endTime();
      delete process.env['GITHUB_SHA'];
      removeDir(dir);
    },
  };
}

export const same = (text: string): string => text;

/** The text of `baf.yaml` with `deploy:` of a service. */
export const withDeploy =
  (service: string, settings: string) =>
  (text: string): string =>
    text.replace(`\n  ${service}:\n`, `\n  ${service}:\n    deploy: ${settings}\n`);

/** Gives a service autoscaling, in an account and region (`222222222222/eu-west-1`). */
export async function scalable(world: World, where: string, service: string): Promise<void> {
  const [accessKeyId, region] = where.split('/') as [string, string];
  const client = new ApplicationAutoScalingClient({
    region,
    endpoint: 'http://sandbox.invalid',
    credentials: { accessKeyId, secretAccessKey: 'x' },
    requestHandler: world.handler as never,
  });
  await client.send(
    new RegisterScalableTargetCommand({
      ServiceNamespace: 'ecs',
      ScalableDimension: 'ecs:service:DesiredCount',
      ResourceId: `service/baf/retail-store-prod-${service}`,
      MinCapacity: 1,
      MaxCapacity: 4,
    }),
  );
}
