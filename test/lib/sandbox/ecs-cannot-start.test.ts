/** A task whose secrets are not there does not start, and says why as AWS does: the causes of baf know each of these texts. */
import { describe, expect, it } from 'vitest';
import { causeOfMessage } from '../../../src/lib/rollout/causes/find.js';
import { ACCOUNT, drive, REGION, type Drive } from './drive.js';
import { network, scene } from './ecs-scene.js';

function reasonOf(prepare: (d: Drive) => string): { status: string; stoppedReason?: string } {
  const d = drive();
  const s = scene(d);
  s.register('app:1', { secrets: [{ name: 'KEY', valueFrom: prepare(d) }] });
  const started = s.ecs('RunTask', { taskDefinition: 'app', launchType: 'FARGATE', networkConfiguration: network });
  const { taskArn } = started.tasks[0] as { taskArn: string };
  d.pass(60);
  const [task] = s.ecs('DescribeTasks', { tasks: [taskArn] }).tasks as { lastStatus: string; stoppedReason?: string }[];
  return { status: task!.lastStatus, ...(task!.stoppedReason ? { stoppedReason: task!.stoppedReason } : {}) };
}
const secret = (d: Drive): string =>
  d.call('secretsmanager', 'CreateSecret', { Name: 'shop', SecretString: '{"user":"me"}' }).ARN as string;
const parameter = (d: Drive): unknown => d.call('ssm', 'PutParameter', { Name: '/shop/key', Value: 'v', Type: 'SecureString' });

describe('a task', () => {
  it.each<[string, (d: Drive) => string]>([
    ['a parameter by name', (d) => (parameter(d), '/shop/key')],
    ['a parameter by ARN', (d) => (parameter(d), `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/shop/key`)],
    ['a secret', secret],
    ['a key of a secret', (d) => `${secret(d)}:user::`],
    ['a secret of another region, which is not looked at', () => `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:far-AbCdEf`],
  ])('starts with %s', (_name, prepare) => {
    expect(reasonOf(prepare)).toEqual({ status: 'RUNNING' });
  });

  it.each<[string, (d: Drive) => string, string]>([
    ['a parameter', () => '/none', 'SecretMissing'],
    ['a secret', () => `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:none-AbCdEf`, 'SecretMissing'],
    ['a key', (d) => `${secret(d)}:token::`, 'SecretKeyMissing'],
    ['a stage', (d) => `${secret(d)}::AWSPREVIOUS:`, 'SecretMissing'],
  ])('does not start without %s', (_name, prepare, code) => {
    const { status, stoppedReason } = reasonOf(prepare);
    expect(status).toBe('STOPPED');
    expect(stoppedReason).toMatch(/^ResourceInitializationError: unable to pull secrets/);
    expect(causeOfMessage(stoppedReason!)).toMatchObject({ code });
  });
});
