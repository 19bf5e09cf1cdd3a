/**
 * Checks an input as AWS checks it before the service sees it: required members, lengths, ranges, patterns, enums.
 * The constraints are data carried over from AWS's published models (scripts/constraints.py).
 */
import { AwsError } from './service.js';

export interface Shape {
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, string>>;
  readonly item?: string;
  readonly key?: string;
  readonly value?: string;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly least?: number;
  readonly most?: number;
}

export interface Constraints {
  readonly operations: Readonly<Record<string, string>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

type Loaded = Promise<{ default: unknown }>;
/** By signing name; loaded when the service is first called. */
const files: Readonly<Record<string, () => Loaded>> = {
  ssm: () => import('./constraints/ssm.json', { with: { type: 'json' } }),
  ecs: () => import('./constraints/ecs.json', { with: { type: 'json' } }),
  ecr: () => import('./constraints/ecr.json', { with: { type: 'json' } }),
  logs: () => import('./constraints/logs.json', { with: { type: 'json' } }),
  events: () => import('./constraints/events.json', { with: { type: 'json' } }),
  secretsmanager: () => import('./constraints/secretsmanager.json', { with: { type: 'json' } }),
  'application-autoscaling': () => import('./constraints/application-autoscaling.json', { with: { type: 'json' } }),
  servicediscovery: () => import('./constraints/servicediscovery.json', { with: { type: 'json' } }),
  sts: () => import('./constraints/sts.json', { with: { type: 'json' } }),
  iam: () => import('./constraints/iam.json', { with: { type: 'json' } }),
  elasticloadbalancing: () => import('./constraints/elasticloadbalancing.json', { with: { type: 'json' } }),
  cloudformation: () => import('./constraints/cloudformation.json', { with: { type: 'json' } }),
  monitoring: () => import('./constraints/monitoring.json', { with: { type: 'json' } }),
  ec2: () => import('./constraints/ec2.json', { with: { type: 'json' } }),
  awsssoportal: () => import('./constraints/awsssoportal.json', { with: { type: 'json' } }),
  'sso-oauth': () => import('./constraints/sso-oauth.json', { with: { type: 'json' } }),
  s3: () => import('./constraints/s3.json', { with: { type: 'json' } }),
};

const none: Constraints = { operations: {}, shapes: {} };

export const constraintsOf = async (service: string): Promise<Constraints> =>
  ((await files[service]?.())?.default as Constraints | undefined) ?? none;

/** The error code of each service for input that breaks its model. */
const codes: Readonly<Record<string, string>> = {
  ssm: 'ValidationException',
  ecs: 'InvalidParameterException',
  ecr: 'InvalidParameterException',
  logs: 'InvalidParameterException',
  events: 'ValidationException',
  secretsmanager: 'ValidationException',
  'application-autoscaling': 'ValidationException',
  servicediscovery: 'InvalidInput',
  awsssoportal: 'InvalidRequestException',
  'sso-oauth': 'InvalidRequestException',
  s3: 'InvalidArgument',
};

/** Throws what AWS answers, with every finding in one message. */
export function validate({ operations, shapes }: Constraints, service: string, operation: string, input: object): void {
  const root = operations[operation];
  if (!root) return;
  const findings = findingsOf(shapes, root, input, '');
  if (findings.length === 0) return;
  if (service === 'ec2') throw ofEc2(findings[0]!);
  const count = `${findings.length} validation error${findings.length === 1 ? '' : 's'} detected`;
  throw new AwsError(codes[service] ?? 'ValidationError', `${count}: ${findings.map((f) => f.text).join('; ')}`);
}

interface Finding {
  /** The value as text, or null where it is missing. */
  readonly value: string | null;
  /** As AWS writes it, e.g. `tags.1.member.key`. */
  readonly path: string;
  readonly text: string;
}

/** EC2 tells of one thing only, and by another code where something is missing. */
function ofEc2({ value, path }: Finding): AwsError {
  const name = path.split('.').at(-1)!;
  return value === null
    ? new AwsError('MissingParameter', `The request must contain the parameter ${name}`)
    : new AwsError('InvalidParameterValue', `Value (${value}) for parameter ${name} is invalid.`);
}

function findingsOf(shapes: Constraints['shapes'], name: string, value: unknown, path: string): Finding[] {
  const shape = shapes[name];
  if (!shape || value === undefined || value === null) return [];
  const below = (child: string | undefined, item: unknown, at: string): Finding[] =>
    child ? findingsOf(shapes, child, item, at) : [];
  if (Array.isArray(value))
    return [
      ...sizeOf(shape, value.length, path, `[${value.map(String).join(', ')}]`),
      ...value.flatMap((item, index) => below(shape.item, item, `${path}.${index + 1}.member`)),
    ];
  if (typeof value === 'string') return textFindings(shape, value, path);
  if (typeof value === 'number') return rangeFindings(shape, value, path);
  if (typeof value !== 'object' || value instanceof Date) return [];
  if (value instanceof Uint8Array) return sizeOf(shape, value.length, path, 'java.nio.HeapByteBuffer');
  const held = value as Record<string, unknown>;
  if (shape.key || shape.value)
    return [
      ...sizeOf(shape, Object.keys(held).length, path, `{${Object.keys(held).join(', ')}}`),
      ...Object.entries(held).flatMap(([key, item]) => [
        ...below(shape.key, key, `${path}.${key}.key`),
        ...below(shape.value, item, `${path}.${key}.member`),
      ]),
    ];
  const missing = (shape.required ?? []).filter((member) => held[member] === undefined || held[member] === null);
  return [
    ...missing.map((member) => finding(null, at(path, member), 'not be null')),
    ...Object.entries(shape.members ?? {}).flatMap(([member, child]) => below(child, held[member], at(path, member))),
  ];
}

const at = (path: string, member: string): string => {
  const name = member[0]!.toLowerCase() + member.slice(1);
  return path === '' ? name : `${path}.${name}`;
};

const finding = (value: string | null, path: string, must: string): Finding => ({
  value,
  path,
  text: `Value ${value === null ? 'null' : `'${value}'`} at '${path}' failed to satisfy constraint: Member must ${must}`,
});

function sizeOf({ min, max }: Shape, size: number, path: string, shown: string): Finding[] {
  if (min !== undefined && size < min) return [finding(shown, path, `have length greater than or equal to ${min}`)];
  if (max !== undefined && size > max) return [finding(shown, path, `have length less than or equal to ${max}`)];
  return [];
}

function textFindings(shape: Shape, text: string, path: string): Finding[] {
  if (shape.enum && !shape.enum.includes(text))
    return [finding(text, path, `satisfy enum value set: [${shape.enum.join(', ')}]`)];
  const size = sizeOf(shape, text.length, path, text);
  const fits = shape.pattern === undefined || regex(shape.pattern)?.test(text) !== false;
  return fits ? size : [...size, finding(text, path, `satisfy regular expression pattern: ${shape.pattern}`)];
}

function rangeFindings({ least, most }: Shape, value: number, path: string): Finding[] {
  if (least !== undefined && value < least) return [finding(String(value), path, `have value greater than or equal to ${least}`)];
  if (most !== undefined && value > most) return [finding(String(value), path, `have value less than or equal to ${most}`)];
  return [];
}

const compiled = new Map<string, RegExp | null>();
/** AWS's patterns are Java's and hold for the whole text; null where JavaScript has no such pattern. */
function regex(pattern: string): RegExp | null {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  let made: RegExp | null = null;
  const translated = pattern.replaceAll('\\p{Print}', '[ -~]');
  // Without the flag, a class of characters would be read as its letters.
  for (const flags of translated.includes('\\p{') ? ['u'] : ['u', '']) {
    try {
      made = new RegExp(`^(?:${translated})$`, flags);
      break;
    } catch {
      // Tried again with the laxer syntax, and left unchecked where that does not fit either.
    }
  }
  compiled.set(pattern, made);
  return made;
}
