/** Definition of baf.platform.yaml: it checks the file, and its JSON Schema is generated from it. */
import * as z from 'zod/mini';
import { durationText } from './definition-project.js';

const about = <T extends z.ZodMiniType>(type: T, description: string): T => type.check(z.meta({ description })) as T;
const targets = about(z.array(z.string()).check(z.minLength(1)), 'account/region, at once');

const stagings = z.strictObject({
  ttl: z.optional(about(durationText, 'time to live where none is asked for; default 3d')),
  maxTtl: z.optional(about(durationText, 'longest time to live; default 14d')),
  perOwner: z.optional(about(z.int().check(z.minimum(1)), 'stagings one person may have; default 3')),
  hours: z.optional(about(z.string(), 'when stagings run, e.g. Mon-Fri 08:00-18:00 Europe/Ljubljana')),
  domain: about(
    z.string().check(z.regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'not a domain, e.g. stg.acme.example')),
    'stagings are <service>--<name>.<domain>',
  ),
});

const freeze = z.strictObject({
  reason: about(z.string().check(z.minLength(1)), 'why; shown to those who are refused'),
  every: z.optional(about(z.string(), 'over and over: Fri 16:00 - Mon 07:00, Mon-Fri 11:30 - 13:00, 22:00 - 06:00')),
  from: z.optional(about(z.string(), 'once, from: 2026-12-20 18:00 in the zone, or 2026-12-20T18:00Z')),
  until: z.optional(about(z.string(), 'once, until')),
  zone: z.optional(about(z.string(), 'time zone, e.g. Europe/Ljubljana; needed where no offset is given')),
  services: z.optional(about(z.array(z.string()).check(z.minLength(1)), 'only these services; default all')),
});

const moments = z.optional(
  about(
    z.array(z.enum(['start', 'failure', 'end'])).check(z.minLength(1)),
    'start, failure (the first rollout that fails), end; default all',
  ),
);
const notify = z.strictObject({
  webhooks: z.optional(
    about(
      z.array(
        z.strictObject({
          env: z.optional(about(z.string().check(z.minLength(1)), 'environment variable that holds its address')),
          ssm: z.optional(
            about(
              z.string().check(z.regex(/^\/[\w./-]+$/, 'not the path of a parameter, e.g. /baf/notify/deploys')),
              "SSM parameter (SecureString) that holds its address, in the environment's first target",
            ),
          ),
          on: moments,
        }),
      ),
      'addresses that take what a Slack webhook takes',
    ),
  ),
  eventBridge: z.optional(
    about(
      z.strictObject({
        bus: z.optional(about(z.string().check(z.minLength(1)), 'name or ARN of the event bus; default: default')),
        on: moments,
      }),
      "events in the environment's first target: source baf, see schemas/baf.event.schema.json",
    ),
  ),
});

const environment = z.strictObject({
  protected: z.optional(about(z.boolean(), 'changes are confirmed')),
  promoteFrom: z.optional(about(z.string(), 'environment whose versions come here next')),
  access: z.optional(
    about(
      z.enum(['standing', 'on-demand']),
      'on-demand: people need an approved request (`baf access request`); default standing',
    ),
  ),
  alarms: z.optional(
    about(
      z.array(z.string().check(z.minLength(1))),
      'CloudWatch alarms of every target that make a rollout of any service, or the bake after it, fail',
    ),
  ),
  targets: z.optional(targets),
  waves: z.optional(
    about(
      z
        .array(z.strictObject({ targets, bake: z.optional(about(durationText, 'time to wait after the wave')) }))
        .check(z.minLength(1)),
      'waves of targets, in order',
    ),
  ),
  freezes: z.optional(about(z.array(freeze), 'when nothing is deployed')),
  notify: z.optional(about(notify, "who is told of its deploys; takes the place of the platform's")),
  stagings: z.optional(about(stagings, 'present where stagings may be made')),
});

const roleArn = (...placeholders: string[]) =>
  z
    .string()
    .check(
      z.regex(
        new RegExp(`^arn:[^:]+:iam::(${['\\d{12}', ...placeholders].join('|')}):role\\/.+$`),
        `not a role ARN${placeholders.length > 0 ? ' with {account}' : ''}`,
      ),
    );

const identity = z.strictObject({
  role: about(roleArn('\\{account\\}'), 'role to assume, with {account}'),
  sso: z.optional(
    about(
      z.strictObject({
        session: about(z.string().check(z.minLength(1)), 'name of the sso-session, shared with the aws command line'),
        startUrl: about(
          z.string().check(z.regex(/^https?:\/\/\S+$/, 'not an address, e.g. https://acme.awsapps.com/start')),
          'start URL',
        ),
        region: about(z.string(), 'region of IAM Identity Center'),
        role: z.optional(
          about(
            z.string(),
            'permission set that people have in every account: used there directly; with account: only in that one',
          ),
        ),
        account: z.optional(about(z.string(), 'account whose permission set starts the chain to identity.role')),
      }),
      'IAM Identity Center',
    ),
  ),
  ci: z.optional(
    about(
      z.strictObject({
        provider: z.optional(
          about(
            z.enum(['auto', 'github', 'gitlab', 'file', 'none']),
            'whose token proves who the pipeline is; default auto: what is detected',
          ),
        ),
        audience: z.optional(about(z.string(), 'audience of the token; default sts.amazonaws.com')),
        tokenVariable: z.optional(about(z.string(), "variable that GitLab's id_tokens fill; default AWS_OIDC_TOKEN")),
        role: z.optional(about(roleArn('\\{account\\}'), 'role for pipelines, with {account}; default identity.role')),
      }),
      'web identity in CI',
    ),
  ),
  via: z.optional(
    about(
      z.strictObject({ role: about(roleArn(), 'role in the hub account'), externalId: z.optional(z.string()) }),
      'hub role that is assumed first',
    ),
  ),
  externalId: z.optional(about(z.string(), 'external id that identity.role asks for')),
});

const access = z.strictObject({
  approvers: about(z.array(z.string()).check(z.minLength(1)), 'who may grant access; nobody grants their own'),
  maxFor: z.optional(about(durationText, 'longest time that may be asked for; default 8h')),
});

export const platformDefinition = z.strictObject({
  platform: about(
    z.string().check(z.regex(/^[a-z][a-z0-9-]{0,30}$/, 'a name has small letters, digits and -')),
    'name of the platform',
  ),
  engine: z.optional(about(z.enum(['cloudformation', 'terraform']), 'what applies stacks')),
  identity: about(identity, 'who deploys'),
  access: z.optional(about(access, 'access on demand')),
  notify: z.optional(about(notify, 'who is told of deploys')),
  accounts: about(
    z.record(z.string(), z.union([z.string(), z.number()], 'an account id has twelve digits, in quotes')),
    'alias: twelve digits, in quotes',
  ),
  environments: about(z.record(z.string(), environment), 'environments by name'),
});

export type PlatformFile = z.infer<typeof platformDefinition>;

/** Keys that each object of the file takes. */
export const platformKeys: Readonly<Record<string, readonly string[]>> = {
  '': ['platform', 'engine', 'identity', 'access', 'notify', 'accounts', 'environments'],
  identity: ['role', 'sso', 'ci', 'via', 'externalId'],
  'identity\\.sso': ['session', 'startUrl', 'region', 'role', 'account'],
  'identity\\.ci': ['provider', 'audience', 'tokenVariable', 'role'],
  'identity\\.via': ['role', 'externalId'],
  access: ['approvers', 'maxFor'],
  'environments\\.[^.]+': ['protected', 'promoteFrom', 'access', 'alarms', 'targets', 'waves', 'freezes', 'notify', 'stagings'],
  'environments\\.[^.]+\\.waves\\.\\d+': ['targets', 'bake'],
  'environments\\.[^.]+\\.freezes\\.\\d+': ['reason', 'every', 'from', 'until', 'zone', 'services'],
  '(environments\\.[^.]+\\.)?notify': ['webhooks', 'eventBridge'],
  '(environments\\.[^.]+\\.)?notify\\.webhooks\\.\\d+': ['env', 'ssm', 'on'],
  '(environments\\.[^.]+\\.)?notify\\.eventBridge': ['bus', 'on'],
  'environments\\.[^.]+\\.stagings': ['ttl', 'maxTtl', 'perOwner', 'hours', 'domain'],
};
