/** What an alarm has to say, and what does not go together. */
import { AwsError } from '../../service.js';
import type { Tag } from '../records.js';
import { badCombination, badValue, invalid, type AlarmSettings } from './state.js';
import { isStatistic } from './statistics.js';

export type PutInput = Partial<AlarmSettings> & { AlarmName: string; Tags?: Tag[] };

const OPERATORS = ['GreaterThanOrEqualToThreshold', 'GreaterThanThreshold', 'LessThanThreshold', 'LessThanOrEqualToThreshold'];
const MISSING = ['breaching', 'notBreaching', 'ignore', 'missing'];

export function checkMetricAlarm(input: PutInput): void {
  if (input.MetricName !== undefined && input.Metrics?.length)
    throw badCombination('The parameters MetricName and Metrics are mutually exclusive and you have specified both.');
  if (input.EvaluationPeriods === undefined) throw missing('EvaluationPeriods');
  if (input.ComparisonOperator === undefined) throw missing('ComparisonOperator');
  if (!OPERATORS.includes(input.ComparisonOperator) && !input['ThresholdMetricId'])
    throw invalid(`The value ${input.ComparisonOperator} for parameter ComparisonOperator needs a ThresholdMetricId.`);
  if (input.DatapointsToAlarm !== undefined && input.DatapointsToAlarm > input.EvaluationPeriods)
    throw invalid('DatapointsToAlarm must be less than or equal to EvaluationPeriods.');
  if (input.TreatMissingData !== undefined && !MISSING.includes(input.TreatMissingData))
    throw invalid(
      `The value ${input.TreatMissingData} for parameter TreatMissingData is not supported. Supported values are [${MISSING.join(', ')}].`,
    );
  if (input.Metrics?.length) return checkQueries(input);
  if (input.MetricName === undefined) throw missing('MetricName');
  if (input.Namespace === undefined) throw missing('Namespace');
  if (input.Period === undefined) throw missing('Period');
  if (input.Threshold === undefined) throw missing('Threshold');
  if (input.Statistic !== undefined && input.ExtendedStatistic !== undefined)
    throw badCombination('The parameters Statistic and ExtendedStatistic are mutually exclusive and you have specified both.');
  if (input.Statistic === undefined && input.ExtendedStatistic === undefined) throw missing('Statistic');
  if (input.ExtendedStatistic !== undefined && !isStatistic(input.ExtendedStatistic))
    throw badValue(`The value ${input.ExtendedStatistic} for parameter ExtendedStatistic is not supported.`);
  if (![10, 20, 30].includes(input.Period) && input.Period % 60 !== 0)
    throw invalid('Period must be 10, 20, 30 or a multiple of 60.');
  if (input.Period * input.EvaluationPeriods > 7 * 86_400)
    throw invalid('Metrics cannot be checked across more than 7 days (EvaluationPeriods * Period must be <= 604800).');
}

function checkQueries({ Metrics = [], Period, Statistic }: PutInput): void {
  if (Period !== undefined || Statistic !== undefined)
    throw badCombination('Period and Statistic must not be set at the top level when Metrics is specified.');
  if (Metrics.filter(({ ReturnData }) => ReturnData !== false).length !== 1)
    throw invalid('Exactly one element of the metrics list should return data.');
}

const missing = (name: string): AwsError => new AwsError('MissingParameter', `The parameter ${name} is required.`);
/** As AWS checks texts of alarms' actions. */
export const checkActions = (input: PutInput): void => {
  for (const arn of [...(input.AlarmActions ?? []), ...(input.OKActions ?? []), ...(input.InsufficientDataActions ?? [])])
    if (!arn.startsWith('arn:')) throw invalid(`Invalid arn syntax: ${arn}`);
};
