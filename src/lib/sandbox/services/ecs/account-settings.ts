/** Account settings: of the account, of its users and roles, and what they come to. */
import { AwsError, type CallContext, type Operation } from '../../service.js';
import { pageOf } from './paging.js';
import { own, slice } from './state.js';

const defaults: Readonly<Record<string, string>> = {
  awsvpcTrunking: 'disabled',
  containerInsights: 'disabled',
  containerInstanceLongArnFormat: 'enabled',
  defaultLogDriverMode: 'non-blocking',
  fargateFIPSMode: 'disabled',
  fargateTaskRetirementWaitPeriod: '7',
  guardDutyActivate: 'off',
  serviceLongArnFormat: 'enabled',
  tagResourceAuthorization: 'off',
  taskLongArnFormat: 'enabled',
};

interface Input {
  name: string;
  value: string;
  principalArn?: string;
}

const root = ({ account }: CallContext): string => `arn:aws:iam::${account}:root`;
const show = (name: string, value: string, principalArn: string): object => ({
  name,
  value,
  principalArn,
  type: name === 'guardDutyActivate' ? 'aws_managed' : 'user',
});

function put(input: Input, context: CallContext, principal: string): object {
  if (input.name === 'guardDutyActivate' || !own(defaults, input.name))
    throw new AwsError('InvalidParameterException', `The account setting ${input.name} can't be changed.`);
  (slice(context.cell).settings[principal] ??= {})[input.name] = input.value;
  return { setting: show(input.name, input.value, principal) };
}

export const settingOperations: Readonly<Record<string, Operation>> = {
  PutAccountSetting: (input: Input, context) => put(input, context, input.principalArn ?? context.callerArn),
  PutAccountSettingDefault: (input: Input, context) => put(input, context, root(context)),
  DeleteAccountSetting(input: { name: string; principalArn?: string }, context) {
    const principal = input.principalArn ?? context.callerArn;
    const set = own(slice(context.cell).settings, principal) ?? {};
    const value = own(set, input.name) ?? '';
    delete set[input.name];
    return { setting: show(input.name, value, principal) };
  },
  ListAccountSettings(
    input: {
      name?: string;
      value?: string;
      principalArn?: string;
      effectiveSettings?: boolean;
      maxResults?: number;
      nextToken?: string;
    },
    context,
  ) {
    const { settings } = slice(context.cell);
    const principal = input.principalArn ?? context.callerArn;
    const set = own(settings, principal) ?? {};
    const effective = { ...defaults, ...own(settings, root(context)), ...set };
    const all = Object.entries(input.effectiveSettings ? effective : set)
      .filter(([name, value]) => (!input.name || name === input.name) && (!input.value || value === input.value))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => show(name, value, principal));
    const { items, token } = pageOf(all, input, 10, 10);
    return { settings: items, nextToken: token };
  },
};
