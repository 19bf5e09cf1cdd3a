/** AWS::SSM and AWS::SecretsManager: parameters and secrets. */
import type { CallContext } from '../../../service.js';
import { secretsmanager } from '../../secretsmanager.js';
import { ssm } from '../../ssm.js';
import {
  call,
  chosen,
  tagChange,
  tagList,
  tagMap,
  tagsOf,
  unique,
  unlessGone,
  without,
  type Properties,
  type ResourceType,
} from './type.js';

/** Tags are a map here, and cannot be given where a value is overwritten. */
const putParameter = (context: CallContext, Name: string, properties: Properties, more: object): object =>
  call(ssm, 'PutParameter', { ...without(properties, 'Tags', 'Name'), Name, ...more }, context);
const parameterMade = (Name: string, { Type, Value }: Properties) => ({
  physical: Name,
  attributes: { Type: String(Type), Value: String(Value) },
});
const parameterTags = (properties: Properties): Properties =>
  (properties['Tags'] as Properties | undefined) && !Array.isArray(properties['Tags'])
    ? { Tags: tagList(properties['Tags']) }
    : chosen(properties, 'Tags');

const parameter: ResourceType = {
  named: 'Name',
  attributes: ['Type', 'Value'],
  create(context, properties, name) {
    const Name = String(properties['Name'] ?? unique(context, name, 255));
    const tags = tagsOf(parameterTags(properties));
    putParameter(context, Name, properties, tags.length > 0 ? { Tags: tags } : {});
    return parameterMade(Name, properties);
  },
  update(context, physical, properties, before) {
    putParameter(context, physical, properties, { Overwrite: true });
    const { removed, changed } = tagChange(parameterTags(before), parameterTags(properties));
    const of = { ResourceType: 'Parameter', ResourceId: physical };
    const tags = tagsOf(parameterTags(properties));
    if (removed.length > 0) call(ssm, 'RemoveTagsFromResource', { ...of, TagKeys: removed }, context);
    if (changed && tags.length > 0) call(ssm, 'AddTagsToResource', { ...of, Tags: tags }, context);
    return parameterMade(physical, properties);
  },
  remove: (context, physical) => void call(ssm, 'DeleteParameter', { Name: physical }, context),
  read: (context, physical, properties) =>
    unlessGone(() => {
      const { Parameter } = call(ssm, 'GetParameter', { Name: physical }, context) as { Parameter: Properties };
      const filter = [{ Key: 'Name', Option: 'Equals', Values: [physical] }];
      const answer = call(ssm, 'DescribeParameters', { ParameterFilters: filter }, context);
      const told = (answer['Parameters'] as Properties[])[0] ?? {};
      return {
        ...chosen(properties, 'Tags', 'Policies'),
        ...chosen(told, 'Description', 'AllowedPattern', 'Tier', 'DataType'),
        ...chosen(Parameter, 'Name', 'Type', 'Value'),
      };
    }),
};

interface Generate extends Properties {
  SecretStringTemplate?: string;
  GenerateStringKey?: string;
}
/** The value itself, or one made as GenerateSecretString says. */
function secretValue(context: CallContext, properties: Properties): Properties {
  const made = properties['GenerateSecretString'] as Generate | undefined;
  if (!made) return chosen(properties, 'SecretString');
  const password = call(secretsmanager, 'GetRandomPassword', without(made, 'SecretStringTemplate', 'GenerateStringKey'), context);
  const { RandomPassword } = password as { RandomPassword: string };
  if (!made.GenerateStringKey) return { SecretString: RandomPassword };
  const around = JSON.parse(made.SecretStringTemplate ?? '{}') as Properties;
  return { SecretString: JSON.stringify({ ...around, [made.GenerateStringKey]: RandomPassword }) };
}
const secretMade = (arn: string) => ({ physical: arn, attributes: { Id: arn } });

const secret: ResourceType = {
  named: 'Name',
  create(context, properties, name) {
    const Name = String(properties['Name'] ?? unique(context, name, 255));
    const settings = chosen(properties, 'Description', 'KmsKeyId');
    const Tags = tagsOf(properties).length > 0 ? { Tags: tagsOf(properties) } : {};
    const { ARN } = call(
      secretsmanager,
      'CreateSecret',
      { ...settings, ...Tags, Name, ...secretValue(context, properties) },
      context,
    );
    return secretMade(String(ARN));
  },
  update(context, SecretId, properties, before) {
    const remade = JSON.stringify(properties['GenerateSecretString']) !== JSON.stringify(before['GenerateSecretString']);
    const value = properties['SecretString'] !== before['SecretString'] || remade ? secretValue(context, properties) : {};
    call(secretsmanager, 'UpdateSecret', { SecretId, ...chosen(properties, 'Description', 'KmsKeyId'), ...value }, context);
    const { removed, changed } = tagChange(before, properties);
    if (removed.length > 0) call(secretsmanager, 'UntagResource', { SecretId, TagKeys: removed }, context);
    if (changed && Object.keys(tagMap(properties)).length > 0)
      call(secretsmanager, 'TagResource', { SecretId, Tags: tagsOf(properties) }, context);
    return secretMade(SecretId);
  },
  remove: (context, SecretId) =>
    void call(secretsmanager, 'DeleteSecret', { SecretId, ForceDeleteWithoutRecovery: true }, context),
  read: (context, SecretId, properties) =>
    unlessGone(() => {
      const found = call(secretsmanager, 'DescribeSecret', { SecretId }, context);
      if (found['DeletedDate']) return null;
      // The value itself is not compared, as on AWS.
      return { ...chosen(properties, 'SecretString', 'GenerateSecretString', 'ReplicaRegions', 'Tags'), ...found };
    }),
};

export const parameterTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::SSM::Parameter': parameter,
  'AWS::SecretsManager::Secret': secret,
};
