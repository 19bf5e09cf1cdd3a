/** Secrets and parameters that a task definition names: whether they are there, with their keys, and may be read. */
import { nearest } from '../errors/nearest.js';
import { ok, problem, unknown, warning, type Finding, type Known } from './finding.js';

export interface ParameterReference {
  readonly kind: 'parameter';
  readonly account: string;
  readonly region: string;
  /** Names under which it may be there: of an ARN, one cannot tell whether a name of one part begins with a slash. */
  readonly names: readonly string[];
  readonly arn: string;
}
export interface SecretReference {
  readonly kind: 'secret';
  readonly account: string;
  readonly region: string;
  /** ARN without key, stage and version. */
  readonly arn: string;
  readonly key: string | null;
  readonly stage: string | null;
  readonly version: string | null;
}
export type Reference = ParameterReference | SecretReference;

/** @param here the target, for names that are no ARN; null of what is neither */
export function parseReference(valueFrom: string, here: { account: string; region: string }): Reference | null {
  const secret = /^(arn:[^:]+:secretsmanager:([^:]+):(\d{12}):secret:[^:]+)(?::([^:]*):([^:]*):([^:]*))?$/.exec(valueFrom);
  if (secret) {
    const [, arn, region, account, key, stage, version] = secret;
    return {
      kind: 'secret',
      account: account!,
      region: region!,
      arn: arn!,
      key: key || null,
      stage: stage || null,
      version: version || null,
    };
  }
  const parameter = /^arn:[^:]+:ssm:([^:]+):(\d{12}):parameter\/(.+)$/.exec(valueFrom);
  if (parameter) {
    const [arn, region, account, name] = parameter;
    const names = name!.includes('/') ? [`/${name}`] : [name!, `/${name}`];
    return { kind: 'parameter', account: account!, region: region!, names, arn };
  }
  if (valueFrom.startsWith('arn:') || valueFrom === '') return null;
  const arn = `arn:aws:ssm:${here.region}:${here.account}:parameter/${valueFrom.replace(/^\//, '')}`;
  return { kind: 'parameter', ...here, names: [valueFrom], arn };
}

export interface SecretFact {
  readonly stages: readonly string[];
  readonly versions: readonly string[];
  readonly deleted: boolean;
  /** Names of the keys of its value, where one was asked for; `not JSON` where it has none. */
  readonly keys: Known<readonly string[] | 'not JSON'> | null;
}

/** What IAM says of the execution role; null where it could not be asked. */
export type Decision = 'allowed' | 'explicitDeny' | 'implicitDeny' | null;

export interface SecretSeen {
  /** The variable. */
  readonly name: string;
  readonly valueFrom: string;
  readonly reference: Reference | null;
  /** Of a parameter: whether it is there. */
  readonly parameter: Known<boolean> | null;
  readonly secret: Known<SecretFact | null> | null;
  readonly decision: Decision;
}

export function judgeSecret(seen: SecretSeen): Finding {
  const { name, reference } = seen;
  if (reference === null)
    return problem('secrets', `${name}: ${seen.valueFrom} is neither a parameter nor a secret`, `Correct secrets.${name}.`);
  const there = reference.kind === 'parameter' ? judgeParameter(seen, reference) : judgeSecretsManager(seen, reference);
  return there.outcome === 'ok' ? judgeReading(seen, reference, there) : there;
}

function judgeParameter({ name, parameter }: SecretSeen, { names }: ParameterReference): Finding {
  const path = names.at(-1)!;
  if (!parameter?.known)
    return unknown('secrets', `${name}: whether the parameter ${path} is there is not known: ${parameter?.why ?? ''}`);
  if (parameter.value) return ok('secrets', `${name}: the parameter ${path} is there`);
  return problem(
    'secrets',
    `${name}: there is no parameter ${path}`,
    `aws ssm put-parameter --type SecureString --name ${path} --value ...`,
  );
}

function judgeSecretsManager({ name, secret }: SecretSeen, { arn, key, stage, version }: SecretReference): Finding {
  const called = arn.split(':secret:')[1]!;
  if (!secret?.known)
    return unknown('secrets', `${name}: whether the secret ${called} is there is not known: ${secret?.why ?? ''}`);
  const fact = secret.value;
  if (fact === null) return problem('secrets', `${name}: there is no secret ${called}`, `Create it, or correct secrets.${name}.`);
  if (fact.deleted)
    return problem(
      'secrets',
      `${name}: the secret ${called} is being deleted`,
      `aws secretsmanager restore-secret --secret-id ${arn}`,
    );
  if (stage !== null && !fact.stages.includes(stage))
    return problem(
      'secrets',
      `${name}: the secret ${called} has no version ${stage}`,
      `Stages that it has: ${fact.stages.join(', ')}.`,
    );
  if (version !== null && !fact.versions.includes(version))
    return problem('secrets', `${name}: the secret ${called} has no version ${version}`, `Correct secrets.${name}.`);
  if (key === null) return ok('secrets', `${name}: the secret ${called} is there`);
  if (!fact.keys?.known)
    return unknown(
      'secrets',
      `${name}: the secret ${called} is there; whether it has the key ${key} is not known: ${fact.keys?.why ?? ''}`,
    );
  if (fact.keys.value === 'not JSON')
    return problem(
      'secrets',
      `${name}: the secret ${called} has no keys: it is not JSON`,
      `Take :${key}:: off, or store it as JSON.`,
    );
  if (fact.keys.value.includes(key)) return ok('secrets', `${name}: the secret ${called} has the key ${key}`);
  const guess = nearest(key, fact.keys.value);
  return problem(
    'secrets',
    `${name}: the secret ${called} has no key ${key}`,
    guess === null ? 'Add the key to it, or name one that it has.' : `Did you mean ${guess}?`,
  );
}

function judgeReading({ name, decision }: SecretSeen, reference: Reference, there: Finding): Finding {
  const action = reference.kind === 'parameter' ? 'ssm:GetParameters' : 'secretsmanager:GetSecretValue';
  const fix = `Allow the execution role ${action} on ${reference.arn}.`;
  if (decision === 'explicitDeny') return problem('secrets', `${name}: the execution role is denied ${action}`, fix);
  if (decision !== 'implicitDeny') return there;
  // A secret can have a policy of its own that lets the role in; a parameter cannot.
  if (reference.kind === 'parameter') return problem('secrets', `${name}: the execution role may not call ${action}`, fix);
  return warning('secrets', `${name}: the execution role's policies do not allow ${action}; the secret's own may`, fix);
}
