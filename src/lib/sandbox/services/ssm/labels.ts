/** Labels: names for versions. One label stands at one version, and moves. */
import { AwsError, type Operation } from '../../service.js';
import { latest, need, noVersion, versionOf } from './state.js';

const MAX_LABELS = 10;
/** Letters, digits and `.-_`, not beginning with a digit, `aws` or `ssm`. */
const isFit = (label: string): boolean => /^[\w.-]+$/.test(label) && !/^(\d|aws|ssm)/i.test(label);

export const labelOperations: Readonly<Record<string, Operation>> = {
  LabelParameterVersion(input: { Name: string; ParameterVersion?: number; Labels: string[] }, { cell }) {
    const { name, stored } = need(cell, input.Name);
    const number = input.ParameterVersion ?? latest(stored);
    const target = versionOf(stored, number);
    if (!target) throw noVersion(number, name);
    // Labels that break the rules come back by name; the others are attached all the same.
    const labels = [...new Set(input.Labels)];
    const good = labels.filter(isFit);
    if (new Set([...target.labels, ...good]).size > MAX_LABELS)
      throw new AwsError(
        'ParameterVersionLabelLimitExceeded',
        'A parameter version can have maximum 10 labels. Move one or more labels to another version and try again.',
      );
    for (const version of stored.versions)
      if (version !== target) version.labels = version.labels.filter((label) => !good.includes(label));
    target.labels.push(...good.filter((label) => !target.labels.includes(label)));
    return { InvalidLabels: labels.filter((label) => !isFit(label)), ParameterVersion: number };
  },
  UnlabelParameterVersion(input: { Name: string; ParameterVersion: number; Labels: string[] }, { cell }) {
    const { name, stored } = need(cell, input.Name);
    const version = versionOf(stored, input.ParameterVersion);
    if (!version) throw noVersion(input.ParameterVersion, name);
    const labels = [...new Set(input.Labels)];
    const removed = labels.filter((label) => version.labels.includes(label));
    version.labels = version.labels.filter((label) => !removed.includes(label));
    return { RemovedLabels: removed, InvalidLabels: labels.filter((label) => !removed.includes(label)) };
  },
};
