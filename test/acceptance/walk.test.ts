/** The main job, as the README shows it: a staging, a deploy in waves, tags, a crash and its way back. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installed, place, type Place } from './harness.js';

interface Rollout {
  service: string;
  target: string;
  status: string;
  cause?: { code: string; message: string; advice: string };
}
interface Deploy {
  status: string;
  startedAt: string;
  rollouts: Rollout[];
}
interface Staging {
  name: string;
  owner: string;
  status: string;
  expiresAt: string;
  createdAt: string;
  services: { service: string; status: string; url: string | null }[];
}
interface Calls {
  calls: { service: string; operation: string; count: number }[];
}
interface Tag {
  service: string;
  target: string;
  environment: string;
  tag: string | null;
  running: string | null;
  state: string;
}

let here: Place;
const fast = ['--sandbox', '--speed', '60'];
beforeAll(() => (here = place()));
afterAll(() => here.remove());

const writes = async (): Promise<number> => {
  const { value } = await here.json('sandbox', 'calls', ...fast);
  return (value as unknown as Calls).calls
    .filter((c) => !/^(Get|List|Describe|Batch|AssumeRole)/.test(c.operation))
    .reduce((sum, c) => sum + c.count, 0);
};

describe('a staging', () => {
  it('comes up with five services, an address, an owner and an end', async () => {
    const { code, value } = await here.json('staging', 'up', 'demo', ...fast);
    const { staging } = value as unknown as { staging: Staging };
    expect(staging).toMatchObject({ name: 'demo', owner: 'ana', status: 'ready' });
    expect(staging.services.map((s) => `${s.service} ${s.status}`).sort()).toEqual([
      'cart ready',
      'catalog ready',
      'checkout ready',
      'orders ready',
      'ui ready',
    ]);
    expect(staging.services.find((s) => s.service === 'ui')!.url).toBe('https://ui--demo.stg.acme.example');
    expect(Date.parse(staging.expiresAt) - Date.parse(staging.createdAt)).toBe(3 * 86_400_000);
    expect(code).toBe(0);
  });

  it('has nothing to do when run again: no write', async () => {
    const before = await writes();
    const ran = await here.run('staging', 'up', 'demo', ...fast);
    expect(ran.code).toBe(0);
    expect(await writes()).toBe(before);
  });

  it('is listed, shown, and goes down without a trace', async () => {
    const { value } = await here.json('staging', 'ls', ...fast);
    expect((value as unknown as { stagings: Staging[] }).stagings.map((s) => s.name)).toEqual(['demo']);
    const shown = await here.run('staging', 'show', 'demo', ...fast);
    expect(shown.stdout).toMatch(/ui--demo\.stg\.acme\.example/);
    expect((await here.run('staging', 'down', 'demo', ...fast)).code).toBe(2);
    expect((await here.run('staging', 'down', 'demo', '--yes', ...fast)).code).toBe(0);
    const after = await here.json('staging', 'ls', ...fast);
    expect((after.value as unknown as { stagings: Staging[] }).stagings).toEqual([]);
    expect((await here.run('staging', 'down', 'demo', '--yes', ...fast)).code).toBe(0);
  });
});

describe('a deploy', () => {
  const tags = async (...args: string[]): Promise<Tag[]> =>
    ((await here.json('ssm', 'tags', ...args, ...fast)).value as unknown as { tags: Tag[] }).tags;

  it('shows a plan and touches nothing', async () => {
    const before = await writes();
    const plan = await here.run('deploy', 'ui', '--env', 'prod', '--tag', '1.3.0', '--plan', '--exit-code', ...fast);
    expect(plan.stdout).toMatch(/wave 1[\s\S]*shop-canary\/eu-west-1[\s\S]*wave 2[\s\S]*shop-prod\/eu-west-1,us-east-1/);
    expect(plan.code).toBe(6);
    expect(await writes()).toBe(before);
  });

  it('goes canary first, then both targets at once', async () => {
    expect((await here.run('deploy', 'ui', '--env', 'prod', '--tag', '1.3.0', ...fast)).code).toBe(0);
    const ran = await here.run('deploy', 'ui', '--env', 'prod', '--tag', '1.4.0', '--progress', 'jsonl', ...fast);
    expect(ran.code).toBe(0);
    const events = ran.stderr
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { type: string; target?: string });
    const at = (type: string, target: string) => events.findIndex((e) => e.type === type && e.target === target);
    expect(at('rollout.ended', 'shop-canary/eu-west-1')).toBeLessThan(at('rollout.started', 'shop-prod/eu-west-1'));
    expect(at('rollout.started', 'shop-prod/us-east-1')).toBeLessThan(at('rollout.ended', 'shop-prod/eu-west-1'));
    expect(at('rollout.started', 'shop-prod/eu-west-1')).toBeLessThan(at('rollout.ended', 'shop-prod/us-east-1'));
  });

  it('is seen in tags and status', async () => {
    expect((await tags('ui', '--env', 'prod')).map((t) => `${t.target} ${t.tag} ${t.running} ${t.state}`)).toEqual([
      'shop-canary/eu-west-1 1.4.0 1.4.0 in-sync',
      'shop-prod/eu-west-1 1.4.0 1.4.0 in-sync',
      'shop-prod/us-east-1 1.4.0 1.4.0 in-sync',
    ]);
    const status = await here.run('status', 'ui', '--env', 'prod', ...fast);
    expect(status.stdout).toMatch(/1\.4\.0[\s\S]*steady/);
  });

  it('is unchanged the second time, without one write', async () => {
    const before = await writes();
    const { code, value } = await here.json('deploy', 'ui', '--env', 'prod', '--tag', '1.4.0', ...fast);
    expect((value as unknown as { deploy: Deploy }).deploy.status).toBe('unchanged');
    expect(code).toBe(0);
    expect(await writes()).toBe(before);
  });

  it.each([
    ['exits', /exit code 1/],
    ['missing', /CannotPullContainer/],
  ])('whose image %s is brought back everywhere, and says why', async (outcome, reason) => {
    const tag = `1.5.0-${outcome}`;
    await here.run('sandbox', 'fault', 'image', `retail-store-sample-ui:${tag}`, '--outcome', outcome, ...fast);
    const { code, value } = await here.json('deploy', 'ui', '--env', 'prod', '--tag', tag, '--skip-checks', 'image', ...fast);
    const { deploy } = value as unknown as { deploy: Deploy };
    const canary = deploy.rollouts.find((r) => r.target === 'shop-canary/eu-west-1')!;
    expect(canary.status).toBe('rolled-back');
    expect(canary.cause?.message).toMatch(reason);
    expect(canary.cause?.advice).not.toBe('');
    expect(deploy.rollouts.filter((r) => r.status === 'skipped')).toHaveLength(2);
    expect(deploy.status).toBe('rolled-back');
    expect(code).toBe(1);
    expect((await tags('ui', '--env', 'prod')).map((t) => t.running)).toEqual(['1.4.0', '1.4.0', '1.4.0']);
  });

  it('of all services ships the others too', async () => {
    const { code, value } = await here.json('deploy', '--all', '--env', 'prod', ...fast);
    const { deploy } = value as unknown as { deploy: Deploy };
    expect(new Set(deploy.rollouts.map((r) => r.service)).size).toBe(5);
    expect(deploy.status).toBe('succeeded');
    expect(code).toBe(0);
  });

  it.skipIf(!installed('aws'))('agrees with the aws command line', async () => {
    const server = here.start('sandbox', 'start', '--json', ...fast.slice(1));
    await server.sees(/endpoint/);
    try {
      const { value } = await here.json('sandbox', 'status');
      const { endpoint } = (value as { sandbox: { endpoint: string } }).sandbox;
      const aws = (...args: string[]): Record<string, unknown> => {
        const ran = spawnSync('aws', ['--endpoint-url', endpoint, '--region', 'us-east-1', '--output', 'json', ...args], {
          encoding: 'utf8',
          env: {
            ...process.env,
            AWS_ACCESS_KEY_ID: '333333333333',
            AWS_SECRET_ACCESS_KEY: 'x',
            AWS_EC2_METADATA_DISABLED: 'true',
          },
        });
        if (ran.status !== 0) throw new Error(ran.stderr);
        return JSON.parse(ran.stdout) as Record<string, unknown>;
      };
      const described = aws('ecs', 'describe-services', '--cluster', 'baf', '--services', 'retail-store-prod-ui') as {
        services: {
          taskDefinition: string;
          runningCount: number;
          desiredCount: number;
          deployments: { rolloutState: string }[];
        }[];
      };
      const service = described.services[0]!;
      expect(service.runningCount).toBe(service.desiredCount);
      expect(service.deployments[0]!.rolloutState).toBe('COMPLETED');
      const definition = aws('ecs', 'describe-task-definition', '--task-definition', service.taskDefinition) as {
        taskDefinition: { containerDefinitions: { image: string }[] };
      };
      expect(definition.taskDefinition.containerDefinitions[0]!.image).toMatch(/retail-store-sample-ui:1\.4\.0/);
      const parameter = aws('ssm', 'get-parameter', '--name', '/baf/tags/prod/ui') as { Parameter: { Value: string } };
      expect(parameter.Parameter.Value).toMatch(/1\.4\.0/);
      const targets = aws('elbv2', 'describe-target-groups') as { TargetGroups: { TargetGroupArn: string }[] };
      const health = aws('elbv2', 'describe-target-health', '--target-group-arn', targets.TargetGroups[0]!.TargetGroupArn) as {
        TargetHealthDescriptions: { TargetHealth: { State: string } }[];
      };
      expect(health.TargetHealthDescriptions.every((t) => t.TargetHealth.State === 'healthy')).toBe(true);
      const stacks = aws('cloudformation', 'describe-stacks') as { Stacks: { StackStatus: string }[] };
      expect(stacks.Stacks.every((s) => s.StackStatus === 'CREATE_COMPLETE')).toBe(true);
      expect(aws('sts', 'get-caller-identity')).toMatchObject({ Account: '333333333333' });
    } finally {
      server.child.kill('SIGTERM');
      await server.done;
    }
  });
});
