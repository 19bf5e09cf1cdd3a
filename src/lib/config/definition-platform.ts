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

const environment = z.strictObject({
  protected: z.optional(about(z.boolean(), 'changes are confirmed')),
  promoteFrom: z.optional(about(z.string(), 'environment whose versions come here next')),
  targets: z.optional(targets),
  waves: z.optional(
    about(
      z
        .array(z.strictObject({ targets, bake: z.optional(about(durationText, 'time to wait after the wave')) }))
        .check(z.minLength(1)),
      'waves of targets, in order',
    ),
  ),
  stagings: z.optional(about(stagings, 'present where stagings may be made')),
});

export const platformDefinition = z.strictObject({
  platform: about(
    z.string().check(z.regex(/^[a-z][a-z0-9-]{0,30}$/, 'a name has small letters, digits and -')),
    'name of the platform',
  ),
  engine: z.optional(about(z.enum(['cloudformation', 'terraform']), 'what applies stacks')),
  identity: about(
    z.strictObject({
      role: about(
        z.string().check(z.regex(/^arn:[^:]+:iam::(\{account\}|\d{12}):role\/.+$/, 'not a role ARN with {account}')),
        'role to assume, with {account}',
      ),
      sso: z.optional(
        about(z.strictObject({ session: z.string(), startUrl: z.string(), region: z.string() }), 'IAM Identity Center'),
      ),
    }),
    'who deploys',
  ),
  accounts: about(
    z.record(z.string(), z.union([z.string(), z.number()], 'an account id has twelve digits, in quotes')),
    'alias: twelve digits, in quotes',
  ),
  environments: about(z.record(z.string(), environment), 'environments by name'),
});

export type PlatformFile = z.infer<typeof platformDefinition>;

/** Keys that each object of the file takes. */
export const platformKeys: Readonly<Record<string, readonly string[]>> = {
  '': ['platform', 'engine', 'identity', 'accounts', 'environments'],
  identity: ['role', 'sso'],
  'identity\\.sso': ['session', 'startUrl', 'region'],
  'environments\\.[^.]+': ['protected', 'promoteFrom', 'targets', 'waves', 'stagings'],
  'environments\\.[^.]+\\.waves\\.\\d+': ['targets', 'bake'],
  'environments\\.[^.]+\\.stagings': ['ttl', 'maxTtl', 'perOwner', 'hours', 'domain'],
};
