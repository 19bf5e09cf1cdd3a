/** Parameters of a template: what was given, checked as AWS checks it, and read from Parameter Store where they name it. */
import { AwsError, type CallContext } from '../../service.js';
import { ssm } from '../ssm.js';
import type { Template, TemplateParameter } from './state.js';
import { refuse } from './template.js';

export interface GivenParameter {
  ParameterKey: string;
  ParameterValue?: string;
  UsePreviousValue?: boolean;
}

const TYPES = /^(String|Number|CommaDelimitedList|List<(Number|String|AWS::[\w:]+)>|AWS::[\w:]+(<.+>)?)$/;
const isList = (type: string): boolean => /^(CommaDelimitedList|List<)|<List<|<CommaDelimitedList>/.test(type);
const inStore = (type: string): boolean => type.startsWith('AWS::SSM::Parameter::Value<');

/** Values of the template's parameters, checked: what is not given keeps its default. */
export function parametersOf(
  given: readonly GivenParameter[] | undefined,
  template: Template,
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const declared = template.Parameters ?? {};
  const strange = (given ?? []).map((g) => g.ParameterKey).filter((key) => !Object.hasOwn(declared, key));
  if (strange.length > 0) throw refuse(`Parameters: [${strange.join(', ')}] do not exist in the template`);
  const values: Record<string, string> = {};
  for (const [key, { Type = 'String', Default }] of Object.entries(declared)) {
    if (!TYPES.test(Type)) throw refuse(`Template format error: Unrecognized parameter type: ${Type}`);
    if (Default !== undefined && Default !== null) values[key] = String(Default);
  }
  for (const { ParameterKey, ParameterValue, UsePreviousValue } of given ?? []) {
    const value = UsePreviousValue ? before[ParameterKey] : ParameterValue;
    if (value !== undefined) values[ParameterKey] = value;
  }
  const missing = Object.keys(declared).filter((key) => values[key] === undefined);
  if (missing.length > 0) throw refuse(`Parameters: [${missing.join(', ')}] must have values`);
  for (const [key, parameter] of Object.entries(declared)) check(key, parameter, values[key]!);
  return values;
}

function check(key: string, parameter: TemplateParameter, value: string): void {
  const { Type = 'String', AllowedValues, AllowedPattern, ConstraintDescription } = parameter;
  const broken = (must: string): AwsError =>
    refuse(
      ConstraintDescription
        ? `Parameter ${key} failed to satisfy constraint: ${ConstraintDescription}`
        : `Parameter '${key}' must ${must}`,
    );
  const items = isList(Type) ? value.split(',').map((item) => item.trim()) : [value];
  if (AllowedValues && items.some((item) => !AllowedValues.map(String).includes(item))) throw broken('be one of AllowedValues');
  if (AllowedPattern !== undefined) {
    const pattern = patternOf(key, AllowedPattern);
    if (items.some((item) => !pattern.test(item))) throw broken(`match pattern ${AllowedPattern}`);
  }
  if (/^(Number|List<Number>)$/.test(Type)) {
    if (items.some((item) => item === '' || Number.isNaN(Number(item)))) throw broken('be a number');
    const { MinValue, MaxValue } = parameter;
    if (MinValue !== undefined && items.some((item) => Number(item) < Number(MinValue)))
      throw broken(`be a number not less than ${MinValue}`);
    if (MaxValue !== undefined && items.some((item) => Number(item) > Number(MaxValue)))
      throw broken(`be a number not greater than ${MaxValue}`);
  }
  const { MinLength, MaxLength } = parameter;
  if (MinLength !== undefined && value.length < Number(MinLength)) throw broken(`contain at least ${MinLength} characters`);
  if (MaxLength !== undefined && value.length > Number(MaxLength)) throw broken(`contain at most ${MaxLength} characters`);
}

function patternOf(key: string, text: string): RegExp {
  try {
    return new RegExp(`^(?:${text})$`);
  } catch {
    throw refuse(`Template format error: Parameter '${key}' AllowedPattern is not a valid regular expression: ${text}`);
  }
}

/** Values that parameters of type `AWS::SSM::Parameter::Value<...>` have in Parameter Store now. */
export function storedValues(template: Template, values: Readonly<Record<string, string>>, context: CallContext) {
  const found: Record<string, string> = {};
  const missing: string[] = [];
  for (const [key, { Type = 'String' }] of Object.entries(template.Parameters ?? {})) {
    if (!inStore(Type)) continue;
    const value = readStored(values[key]!, context);
    if (value === null) missing.push(values[key]!);
    else found[key] = value;
  }
  if (missing.length > 0)
    throw refuse(`Unable to fetch parameters [${missing.join(',')}] from parameter store for this account.`);
  return found;
}

function readStored(name: string, context: CallContext): string | null {
  try {
    const { Parameter } = ssm.operations['GetParameter']!({ Name: name }, context) as {
      Parameter: { Value: string; Type: string };
    };
    return Parameter.Type === 'SecureString' ? null : Parameter.Value;
  } catch (error) {
    if (error instanceof AwsError) return null;
    throw error;
  }
}

/** What Ref gives: lists as lists, values from Parameter Store instead of their names. */
export function valuesOf(
  template: Template,
  values: Readonly<Record<string, string>>,
  stored: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(template.Parameters ?? {}).map(([key, { Type = 'String' }]) => {
      const value = stored[key] ?? values[key];
      return [key, isList(Type) && value !== undefined ? value.split(',').map((item) => item.trim()) : value];
    }),
  );
}

const MASK = '****';
export const shownValue = (parameter: TemplateParameter | undefined, value: string): string =>
  String(parameter?.NoEcho ?? 'false') === 'true' ? MASK : value;
