/** Definition of baf.yaml: it checks the file, and its JSON Schema is generated from it. */
import * as z from 'zod/mini';
import { PAUSES } from '../model/service.js';
import { KEY, KEY_RULE } from '../settings/names.js';
import { strategyNames } from '../rollout/strategies/index.js';
import { TAG } from './checks.js';
import { afterHook, afterKeys, beforeHook, beforeKeys, httpKeys } from './definition-hooks.js';
import { about, durationText } from './definition-words.js';

export { durationText };

export const NAME = /^[a-z][a-z0-9-]{0,30}$/;
const name = z
  .string()
  .check(z.regex(NAME, 'a name has small letters, digits and -, begins with a letter, and has at most 31 characters'));
export const ENVIRONMENT = /^[a-z][a-z0-9-]{0,19}$/;
const environmentName = z
  .string()
  .check(
    z.regex(ENVIRONMENT, 'an environment has small letters, digits and -, begins with a letter, and has at most 20 characters'),
  );
const scalar = z.union([z.string(), z.number(), z.boolean()], 'it has to be a text, a number or true/false');

const deploy = z.strictObject({
  strategy: z.optional(about(z.enum(strategyNames), 'how a new version comes in: docs/rollouts.md')),
  minimumHealthyPercent: z.optional(
    about(z.int().check(z.minimum(0), z.maximum(100)), 'healthy tasks during a rollout, percent of count'),
  ),
  maximumPercent: z.optional(about(z.int().check(z.minimum(100), z.maximum(200)), 'tasks during a rollout, percent of count')),
  bake: z.optional(about(durationText, 'blue-green, canary, linear: how long both versions run after all traffic went over')),
  steps: z.optional(
    about(
      z.strictObject({
        percent: z.optional(
          about(z.number().check(z.minimum(0.1), z.maximum(100)), 'share of the traffic that goes over at once'),
        ),
        wait: z.optional(about(durationText, 'time between two steps')),
      }),
      'canary and linear: the steps in which traffic goes over',
    ),
  ),
  alarms: z.optional(
    about(z.array(z.string().check(z.minLength(1))), 'CloudWatch alarms that make a rollout, or the bake after it, fail'),
  ),
  pause: z.optional(
    about(
      z.strictObject({
        at: about(z.array(z.enum(PAUSES)).check(z.minLength(1)), 'where it waits until somebody says `baf continue`'),
        timeout: z.optional(about(durationText, 'goes back when nobody has said so for that long; default 1h')),
      }),
      'blue-green, canary, linear: moments at which the rollout waits',
    ),
  ),
  before: z.optional(about(z.array(beforeHook), 'one-off tasks before a new version comes in, e.g. migrations: docs/hooks.md')),
  after: z.optional(about(z.array(afterHook), 'checks of a new version once it is steady: docs/hooks.md')),
});
export type DeployInput = z.infer<typeof deploy>;

const settings = {
  port: z.optional(about(z.int().check(z.minimum(1), z.maximum(65535)), 'port the container listens on')),
  health: z.optional(
    about(
      z.string().check(z.regex(/^\/[^\s'"\\]*$/, 'a health path begins with / and has no spaces, quotes or backslashes')),
      'path of the HTTP health check',
    ),
  ),
  cpu: z.optional(about(z.int(), 'Fargate CPU units: 256 is a quarter of a vCPU')),
  memory: z.optional(about(z.int(), 'MiB of memory')),
  count: z.optional(about(z.int().check(z.minimum(0), z.maximum(5000)), 'tasks')),
  command: z.optional(about(z.array(z.string()), 'command instead of the image’s own')),
  env: z.optional(about(z.record(z.string(), scalar), 'environment variables')),
  secrets: z.optional(
    about(
      z.record(
        z.string(),
        z.union(
          [
            z.string().check(z.minLength(1)),
            z.strictObject({
              key: about(z.string().check(z.regex(KEY, KEY_RULE)), 'key of this service: baf ssm secrets set SERVICE KEY'),
              store: z.optional(about(z.enum(['ssm', 'secretsmanager']), 'where it is kept; default ssm')),
            }),
          ],
          'it has to be a parameter’s path, an ARN, or { key: KEY } with store: ssm or secretsmanager; ' + KEY_RULE,
        ),
      ),
      'environment variable: { key } of this service’s own secrets, SSM parameter path, or Secrets Manager ARN',
    ),
  ),
  settings: z.optional(
    about(
      z.record(
        z.string(),
        z
          .string()
          .check(
            z.regex(
              /^([A-Za-z0-9_.-]{1,64}|(\/[A-Za-z0-9_.-]+)+)$/,
              `neither a key nor a parameter’s path: ${KEY_RULE}; a path begins with /`,
            ),
          ),
      ),
      'environment variable: key of this service’s own settings (baf ssm settings), or path of an SSM parameter',
    ),
  ),
  deploy: z.optional(about(deploy, 'how it is rolled out')),
};

export const serviceDefinition = z.strictObject({
  template: about(z.string(), 'template: baf template ls'),
  image: z.optional(
    about(z.string().check(z.minLength(1)), 'repository without tag, in the target’s registry or host/name; default: the name'),
  ),
  ...settings,
  needs: z.optional(about(z.array(z.string()), 'services that have to be up before this one')),
  discovery: z.optional(about(name, 'name by which other services reach this one; default: its name')),
  tag: z.optional(about(z.string().check(z.regex(TAG, 'not an image tag')), 'tag where none is given and no deploy tag exists')),
  environments: z.optional(about(z.record(environmentName, z.strictObject(settings)), 'what differs in an environment')),
});

export const projectDefinition = z.strictObject({
  project: about(name, 'name of the application'),
  platform: z.optional(about(z.string(), 'platform file, or ssm:/path')),
  services: about(
    z.record(name, serviceDefinition).check(z.refine((all) => Object.keys(all).length > 0, 'a project has at least one service')),
    'services of the application',
  ),
});

export type ProjectFile = z.infer<typeof projectDefinition>;
export type ServiceInput = z.infer<typeof serviceDefinition>;

const settingKeys = Object.keys(settings);
/** Keys that each object of the file takes. */
export const projectKeys: Readonly<Record<string, readonly string[]>> = {
  '': ['project', 'platform', 'services'],
  'services\\.[^.]+': ['template', 'image', ...settingKeys, 'needs', 'discovery', 'tag', 'environments'],
  'services\\.[^.]+\\.environments\\.[^.]+': settingKeys,
  'services\\.[^.]+(\\.environments\\.[^.]+)?\\.deploy': Object.keys(deploy.def.shape),
  'services\\.[^.]+(\\.environments\\.[^.]+)?\\.deploy\\.steps': ['percent', 'wait'],
  'services\\.[^.]+(\\.environments\\.[^.]+)?\\.deploy\\.pause': ['at', 'timeout'],
  'services\\.[^.]+(\\.environments\\.[^.]+)?\\.deploy\\.before\\.\\d+': beforeKeys,
  'services\\.[^.]+(\\.environments\\.[^.]+)?\\.deploy\\.after\\.\\d+': afterKeys,
  'services\\.[^.]+(\\.environments\\.[^.]+)?\\.deploy\\.after\\.\\d+\\.http': httpKeys,
};
