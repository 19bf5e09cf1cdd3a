/** Service settings of the Parameter Store: throughput, and the tier of parameters that name none. */
import { AwsError, type CallContext, type Cell, type Operation } from '../../service.js';
import { entry } from '../records.js';
import { invalid, slice } from './state.js';

const TIER = '/ssm/parameter-store/default-parameter-tier';
const THROUGHPUT = '/ssm/parameter-store/high-throughput-enabled';

const known: Readonly<Record<string, { initial: string; values: readonly string[] }>> = {
  [TIER]: { initial: 'Standard', values: ['Standard', 'Advanced', 'Intelligent-Tiering'] },
  [THROUGHPUT]: { initial: 'false', values: ['true', 'false'] },
};

function settingOf(id: string): { id: string; initial: string; values: readonly string[] } {
  const short = /^arn:aws:ssm:[^:]*:\d*:servicesetting(\/.*)$/.exec(id)?.[1] ?? id;
  const found = entry(known, short);
  if (!found)
    throw new AwsError(
      'ServiceSettingNotFound',
      `Setting ${id} not found. Either the service name or the setting hasn't been provisioned by the Amazon Web Services service team.`,
    );
  return { id: short, ...found };
}

function show({ cell }: CallContext, reference: string): object {
  const { id, initial } = settingOf(reference);
  const custom = entry(slice(cell).settings, id);
  return {
    SettingId: id,
    SettingValue: custom?.value ?? initial,
    LastModifiedDate: new Date(custom?.at ?? 0),
    LastModifiedUser: custom?.by ?? 'System',
    ARN: `arn:aws:ssm:${cell.region}:${cell.account}:servicesetting${id}`,
    Status: custom ? 'Customized' : 'Default',
  };
}

/** Tier of parameters that are made without one. */
export const defaultTier = (cell: Cell): string => entry(slice(cell).settings, TIER)?.value ?? 'Standard';
/** Whether the account pays for more calls a second. */
export const hasHighThroughput = (cell: Cell): boolean => entry(slice(cell).settings, THROUGHPUT)?.value === 'true';

export const settingOperations: Readonly<Record<string, Operation>> = {
  GetServiceSetting: (input: { SettingId: string }, context) => ({ ServiceSetting: show(context, input.SettingId) }),
  UpdateServiceSetting(input: { SettingId: string; SettingValue: string }, { cell, now, callerArn }) {
    const { id, values } = settingOf(input.SettingId);
    if (!values.includes(input.SettingValue))
      throw invalid(`The setting value ${input.SettingValue} is not valid for ${id}. Valid values: [${values.join(', ')}].`);
    slice(cell).settings[id] = { value: input.SettingValue, at: now, by: callerArn };
    return {};
  },
  ResetServiceSetting(input: { SettingId: string }, context) {
    delete slice(context.cell).settings[settingOf(input.SettingId).id];
    return { ServiceSetting: show(context, input.SettingId) };
  },
};
